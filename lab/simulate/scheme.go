package simulate

import "fmt"

// Target is what a deployment knows of a process when it labels what it scrapes there.
type Target struct {
	Job, Index, Server string
	Number, Port       int
	Generation         int // how often it was replaced
}

// Scheme gives the labels of a target.
type Scheme func(Target) map[string]string

// The schemes of the field.
var (
	// Static is today's how-to of Synapse.
	Static Scheme = func(t Target) map[string]string {
		return map[string]string{"job": t.Job, "index": t.Index, "instance": fmt.Sprintf("127.0.0.1:%d", t.Port)}
	}
	// OneInstance is that of the how-to up to Synapse 1.145.
	OneInstance Scheme = func(t Target) map[string]string {
		return map[string]string{"job": t.Job, "index": t.Index, "instance": "my.server"}
	}
	// OneJob has nothing but addresses.
	OneJob Scheme = func(t Target) map[string]string {
		return map[string]string{"job": "synapse", "instance": fmt.Sprintf("127.0.0.1:%d", t.Port)}
	}
	// ESSHelm is Element's chart: a StatefulSet per type, index is the pod's ordinal and instance the host of the ingress.
	ESSHelm Scheme = func(t Target) map[string]string {
		job := "ess-synapse-" + t.Job
		return map[string]string{"job": job, "index": t.Index, "instance": t.Server, "namespace": "ess", "pod": job + "-" + t.Index}
	}
	// Ansible is matrix-docker-ansible-deploy before July 2026.
	Ansible Scheme = func(t Target) map[string]string {
		labels := map[string]string{"job": t.Job, "instance": t.Server}
		if t.Number != mainProcess {
			labels["worker_id"] = "matrix-synapse-worker-" + t.Job + "-" + t.Index
		}
		return labels
	}
	// AnsibleExternal is its template for a Prometheus elsewhere, which scrapes everything through one proxy.
	AnsibleExternal Scheme = func(t Target) map[string]string {
		labels := Ansible(t)
		labels["instance"], labels["app"] = t.Server+":443", "matrix-synapse"
		return labels
	}
	// Pods are those of Deployments, one per type: names and addresses are new after each rollout.
	Pods Scheme = func(t Target) map[string]string {
		return map[string]string{"job": "synapse-" + t.Job, "namespace": "matrix", "pod": pod(t),
			"instance": fmt.Sprintf("10.0.%d.%d:9090", t.Generation, t.Number+1)}
	}
	// PodsOneInstance are Pods whose address was replaced by the homeserver's name.
	PodsOneInstance Scheme = func(t Target) map[string]string {
		return map[string]string{"job": "synapse-" + t.Job, "namespace": "matrix", "pod": pod(t), "instance": t.Server}
	}
	// Namespaced are Static in a namespace named after the homeserver, which is all that differs between several.
	Namespaced Scheme = func(t Target) map[string]string {
		labels := OneInstance(t)
		labels["namespace"] = t.Server
		return labels
	}
)

func pod(t Target) string { return fmt.Sprintf("synapse-%s-%x-%s", t.Job, 0xabc+t.Generation, t.Index) }
