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
	return cmd.Run()
}

// Terminal is Program with the user's terminal.
func Terminal(ctx context.Context, module, path string) error {
	cmd, clean, err := program(ctx, os.Stdout, module, path)
	if err != nil {
		return err
	}
	defer clean()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil // it was asked to end, and did so in order
	}
	return err
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
	return command(ctx, module, binary), clean, nil
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
