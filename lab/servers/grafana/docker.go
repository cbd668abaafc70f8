package grafana

import (
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// inDocker runs the official image. On Linux it shares the host's network, because the other servers listen on
// loopback only; elsewhere Docker forwards a name of the host.
func inDocker(found *Installation, options Options, port int) (servers.Command, error) {
	dist, err := filepath.Abs(options.Dist)
	if err != nil {
		return servers.Command{}, err
	}
	provisioning, err := filepath.Abs(options.Provisioning)
	if err != nil {
		return servers.Command{}, err
	}
	env := settings(port)
	maps.Copy(env, options.Env)
	args := []string{
		"run", "--rm", "--init",
		"--volume", dist + ":/var/lib/grafana/plugins/" + pluginID + ":ro",
		"--volume", provisioning + ":/etc/grafana/provisioning:ro",
	}
	if runtime.GOOS == "linux" {
		args = append(args, "--network", "host")
		env["GF_SERVER_HTTP_ADDR"] = "127.0.0.1"
	} else {
		args = append(args, "--publish", fmt.Sprintf("127.0.0.1:%d:%d", port, port))
		for name, value := range options.Env {
			env[name] = strings.ReplaceAll(value, "127.0.0.1", "host.docker.internal")
		}
	}
	for _, entry := range list(env) {
		args = append(args, "--env", entry)
	}
	return servers.Command{Path: found.Binary, Args: append(args, image()), Dir: options.Dir}, nil
}
