package ladder

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Program builds a Go program and runs it. Not by `go run`: that keeps a request to end to itself.
func Program(ctx context.Context, out io.Writer, module, path string, env ...string) error {
	cmd, clean, err := program(ctx, out, module, path)
	if err != nil {
		return err
	}
	defer clean()
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = out, out
	return run(cmd, clean)
}

// Terminal is Program with the user's terminal.
func Terminal(ctx context.Context, module, path string) error {
	cmd, clean, err := program(ctx, os.Stdout, module, path)
	if err != nil {
		return err
	}
	defer clean()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = run(cmd, clean)
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil // it was asked to end, and did so in order
	}
	return err
}

// run removes the program as soon as it runs, where the system allows that: after a Ctrl-C mage waits five seconds only,
// and then nobody is left to do it.
func run(cmd *exec.Cmd, clean func()) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	clean()
	return cmd.Wait()
}

func program(ctx context.Context, out io.Writer, module, path string) (*exec.Cmd, func(), error) {
	dir, err := os.MkdirTemp("", "program-")
	if err != nil {
		return nil, nil, err
	}
	clean := func() { _ = os.RemoveAll(dir) }
	binary := filepath.Join(dir, filepath.Base(path))
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	_, _ = fmt.Fprintf(out, "building %s (a few minutes the first time)\n", filepath.ToSlash(filepath.Join(module, path)))
	if err := Command(ctx, out, module, "go", "build", "-o", binary, path); err != nil {
		clean()
		return nil, nil, err
	}
	cmd := command(ctx, module, binary)
	cmd.WaitDelay = 2 * time.Minute // it stops several servers, one after the other
	return cmd, clean, nil
}

// Zip packs a built plugin as the catalogue wants it: one folder named like the plugin, executables executable. The
// file is named after the plugin and the version that its manifest has.
func Zip(dist, id string) error {
	text, err := os.ReadFile(filepath.Join(dist, "plugin.json"))
	if err != nil {
		return err
	}
	var manifest struct {
		Info struct{ Version string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	staged, err := os.MkdirTemp("", "package-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(staged) }()
	if err := os.CopyFS(filepath.Join(staged, id), os.DirFS(dist)); err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s.zip", id, manifest.Info.Version)
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	writer := zip.NewWriter(file)
	if err := writer.AddFS(os.DirFS(staged)); err != nil {
		_ = file.Close()
		return err
	}
	if err := writer.Close(); err != nil {
		_ = file.Close()
		return err
	}
	fmt.Println(name)
	return file.Close()
}
