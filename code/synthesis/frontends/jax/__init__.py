"""The JAX front end: functions of arrays to jaxpr, StableHLO, HLO and optimised HLO, and their VJPs."""
