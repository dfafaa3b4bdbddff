"""Beyond one process: poolers, proxies, several web and worker processes."""
