package servers

import (
	"os"
	"syscall"
)

// Attributes puts a child into a process group of its own and has the kernel end it should we die without a chance to
// do so ourselves.
func Attributes(user *User, end os.Signal) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Credential: credential(user)}
	if signal, ok := end.(syscall.Signal); ok {
		attributes.Pdeathsig = signal
	}
	return attributes
}
