// Package ask starts the built plugin and asks it over gRPC exactly as Grafana does: same handshake, same client code
// of the SDK, same environment.
package ask

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Plugin is a running plugin process.
type Plugin struct {
	client      *plugin.Client
	data        grpcplugin.DataClient
	diagnostics grpcplugin.DiagnosticsClient
	resource    grpcplugin.ResourceClient
	pid         int
}

// Binary names the plugin's executable for this machine in a dist folder.
func Binary(dist string) string {
	name := fmt.Sprintf("gpx_matrix_synapse_%s_%s", runtime.GOOS, runtime.GOARCH)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dist, name)
}

// Start starts a plugin. What it logs goes to log; nil throws it away. More of Grafana's environment may be added.
func Start(ctx context.Context, binary string, log io.Writer, env ...string) (*Plugin, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("the plugin is not built (go tool mage build): %w", err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(environment(), env...)
	cmd.SysProcAttr = servers.Attributes(nil, os.Kill)
	if log == nil {
		log = io.Discard
	}
	p := &Plugin{client: plugin.NewClient(&plugin.ClientConfig{
		Cmd:         cmd,
		SkipHostEnv: true,
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  grpcplugin.ProtocolVersion,
			MagicCookieKey:   grpcplugin.MagicCookieKey,
			MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{grpcplugin.ProtocolVersion: {
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
			"resource":    &grpcplugin.ResourceGRPCPlugin{},
			"data":        &grpcplugin.DataGRPCPlugin{},
		}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Output: log, Level: hclog.Debug, JSONFormat: true}),
	})}
	if err := p.connect(ctx); err != nil {
		p.client.Kill()
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

func (p *Plugin) connect(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	var ok [3]bool
	for i, name := range []string{"data", "diagnostics", "resource"} {
		raw, err := protocol.Dispense(name)
		if err != nil {
			return err
		}
		switch name {
		case "data":
			p.data, ok[i] = raw.(grpcplugin.DataClient)
		case "diagnostics":
			p.diagnostics, ok[i] = raw.(grpcplugin.DiagnosticsClient)
		case "resource":
			p.resource, ok[i] = raw.(grpcplugin.ResourceClient)
		}
	}
	if ok != [3]bool{true, true, true} {
		return errors.New("the SDK's client types are not what they were")
	}
	return nil
}

// environment is what Grafana passes on: no host variables but the ones that a process needs to live.
func environment() []string {
	env := []string{"GF_VERSION=" + grafanaVersion}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SYSTEMROOT", "GORACE", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// PID is the id of the plugin's process.
func (p *Plugin) PID() int { return p.pid }

// Running tells whether the plugin is still alive.
func (p *Plugin) Running() bool { return !p.client.Exited() }

// Stop ends the plugin as Grafana does.
func (p *Plugin) Stop() error {
	p.client.Kill()
	return nil
}

// QueryData asks queries.
func (p *Plugin) QueryData(ctx context.Context, request *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response, err := p.data.QueryData(ctx, backend.ToProto().QueryDataRequest(request))
	if err != nil {
		return nil, err
	}
	return backend.FromProto().QueryDataResponse(response)
}

// CheckHealth asks what "Save & test" asks.
func (p *Plugin) CheckHealth(ctx context.Context, request *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	response, err := p.diagnostics.CheckHealth(ctx, &pluginv2.CheckHealthRequest{
		PluginContext: backend.ToProto().PluginContext(request.PluginContext), Headers: request.Headers,
	})
	if err != nil {
		return nil, err
	}
	return backend.FromProto().CheckHealthResponse(response), nil
}

// Metrics are the plugin's own, as Grafana serves them.
func (p *Plugin) Metrics(ctx context.Context) (string, error) {
	response, err := p.diagnostics.CollectMetrics(ctx, &pluginv2.CollectMetricsRequest{})
	return string(response.GetMetrics().GetPrometheus()), err
}

// CallResource asks a resource; the parts of its answer are put together.
func (p *Plugin) CallResource(ctx context.Context, request *backend.CallResourceRequest) (*backend.CallResourceResponse, error) {
	stream, err := p.resource.CallResource(ctx, backend.ToProto().CallResourceRequest(request))
	if err != nil {
		return nil, err
	}
	var whole *backend.CallResourceResponse
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return nil, err
		}
		response := backend.FromProto().CallResourceResponse(part)
		if whole == nil {
			whole = response
			continue
		}
		whole.Body = append(whole.Body, response.Body...)
	}
}

// RSS is the memory that the process holds, and the most that it ever held, in bytes. Linux only.
func (p *Plugin) RSS() (now, peak int64, err error) { return servers.Memory(p.pid) }
