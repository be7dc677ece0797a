"""The scorer in the shapes of others: trainers, environments, benchmarks. Each library is loaded when it is needed."""
