"""Makes a small run on a Ray cluster of three nodes on this machine, one of which is killed at work.

python tests/ray_cluster.py FOLDER
"""

import sys
from typing import Any

import ray.cluster_utils  # pyright: ignore[reportMissingTypeStubs]

from synthesis import BatchGenerator
from synthesis.core.progress import Progress

FAST = ("arithmetic", "array", "math")


def main(out: str) -> None:
    clusters: Any = ray.cluster_utils
    cluster = clusters.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    killed = False

    def watch(progress: Progress) -> None:
        nonlocal killed
        if progress.done >= 2 and not killed:
            killed = True
            cluster.remove_node(nodes[0], allow_graceful=False)
            sys.stdout.write(f"killed a node when {progress.done} candidates were done\n")

    batch = BatchGenerator("jax", chunk_size=2, category=FAST)
    summary = batch.run(16, out, engine="ray", address=cluster.address, on_progress=watch)
    sys.stdout.write(f"{summary.rows} rows\n")
    cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
