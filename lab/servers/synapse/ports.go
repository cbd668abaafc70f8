package synapse

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
)

// Below what Linux and macOS give to outgoing connections: Synapse binds its ports seconds after we choose them, and
// by then a port that is free now may be the near end of anybody's connection.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// freePorts names loopback ports that differ and on which nothing listens.
func freePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		_ = listener.Close()
		if !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
		if len(ports) == n {
			return ports, nil
		}
	}
	return nil, errors.New("there are no free loopback ports")
}
