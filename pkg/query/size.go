package query

import "reflect"

// sizeOf estimates the bytes that a value holds, with what it points to: enough to bound what is kept.
func sizeOf(value any) uint64 {
	return sizeWithin(reflect.ValueOf(value), map[uintptr]bool{})
}

// sizeWithin counts what several parts of the value share once.
func sizeWithin(v reflect.Value, seen map[uintptr]bool) uint64 {
	if !v.IsValid() {
		return 0
	}
	size := uint64(v.Type().Size())
	switch v.Kind() {
	case reflect.String:
		return size + uint64(v.Len()) //nolint:gosec // a length is not negative
	case reflect.Slice:
		if v.IsNil() || seen[v.Pointer()] {
			return size
		}
		seen[v.Pointer()] = true
		if element := v.Type().Elem(); isFlat(element) {
			return size + uint64(v.Cap())*uint64(element.Size()) //nolint:gosec // nor is a capacity
		}
		for i := range v.Len() {
			size += sizeWithin(v.Index(i), seen)
		}
	case reflect.Map:
		if v.IsNil() || seen[v.Pointer()] {
			return size
		}
		seen[v.Pointer()] = true
		for entries := v.MapRange(); entries.Next(); {
			size += sizeWithin(entries.Key(), seen) + sizeWithin(entries.Value(), seen)
		}
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			size += sizeWithin(v.Elem(), seen)
		}
	case reflect.Interface:
		size += sizeWithin(v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			size += sizeWithin(v.Field(i), seen) - uint64(v.Field(i).Type().Size()) // it is part of the struct's own
		}
	default: // numbers, and functions, which hold nothing of an answer
	}
	return size
}

// isFlat tells whether values of a type point to nothing.
func isFlat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Array:
		if t.Kind() == reflect.Struct {
			for i := range t.NumField() {
				if !isFlat(t.Field(i).Type) {
					return false
				}
			}
			return true
		}
		return t.Kind() == reflect.Array && isFlat(t.Elem())
	default:
		return true
	}
}
