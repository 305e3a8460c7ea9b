"""Whether the tracker's resident memory grows once it has warmed up."""

from meters import slope

WARM_UP = 120
# Growth over the judged time that is none: of its size, and in MiB.
SHARE, LEAST = 0.05, 10
LEAST_SAMPLES = 6


class Growth:
    def __init__(self):
        self.lives = [[]]

    def restarted(self, now):
        """The tracker is another process from now on, which warms up again."""
        self.lives.append([(now, None)])

    def add(self, now, resident):
        self.lives[-1].append((now, resident))

    def judged(self):
        """The samples of the longest life, without its first two minutes."""
        warm = []
        for life in self.lives:
            begin = life[0][0] if life else 0.0
            warm.append([(time, value) for time, value in life if value is not None and time >= begin + WARM_UP])
        return max(warm, key=len)

    def faults(self):
        samples = self.judged()
        if len(samples) < LEAST_SAMPLES:
            print("soak: too short to tell whether memory grows", flush=True)
            return []
        per_minute = slope(samples) * 60
        minutes = (samples[-1][0] - samples[0][0]) / 60
        average = sum(value for _, value in samples) / len(samples)
        print(f"soak: memory {samples[0][1]:.0f} to {samples[-1][1]:.0f} MiB, {per_minute:+.2f} MiB a minute over "
              f"{minutes:.1f} minutes", flush=True)
        if per_minute * minutes > max(SHARE * average, LEAST):
            return [f"the tracker grows by {per_minute:.1f} MiB a minute"]
        return []
