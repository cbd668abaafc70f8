package servers

import (
	"os"
	"syscall"
)

// Attributes puts a child into a process group of its own.
func Attributes(user *User, _ os.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: credential(user)}
}
