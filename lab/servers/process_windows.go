package servers

import (
	"os"
	"syscall"
)

// Windows knows no other way to end a process from outside.
var endSignal = os.Kill

// Attributes puts a child into a process group of its own, so that a Ctrl-C reaches us only.
func Attributes(_ *User, _ os.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killGroup(process *os.Process) { _ = process.Kill() }
