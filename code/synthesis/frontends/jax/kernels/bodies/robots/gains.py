"""Bodies of gains for ``recipes/applications/robots.py``."""


def pd_torque(Array):
    def pd_torque(q: Array, qd: Array, target: Array, kp: Array, kd: Array) -> Array:
        #| 0.5
        """{PD controller ~ Proportional and derivative control}."""
        #| end
        #| one of
        return kp * (target - q) - kd * qd
        #| or
        error = target - q
        return kp * error - kd * qd
        #| end
