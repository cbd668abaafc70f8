package model
func DebugFill(s Series, ttl float64, w Window) ([][3]float64, float64,int,float64) {
	all := s.intervals(); b := findBounds(all, ttl, w); f := findFill(until(all, w.To), 1-b.HitRatio())
	var o [][3]float64
	for _,p:=range f.points {o=append(o,[3]float64{p.share,p.hitRatio,p.requests})}
	return o,f.ratio,f.fills,f.need
}
