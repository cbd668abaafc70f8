//go:build unix

package servers

import (
	"os"
	"syscall"
)

var endSignal os.Signal = syscall.SIGTERM

func credential(user *User) *syscall.Credential {
	if user == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(user.UID), Gid: uint32(user.GID)}
}

// killGroup ends what is left of a child's process group.
func killGroup(process *os.Process) {
	_ = syscall.Kill(-process.Pid, syscall.SIGKILL)
}
