"""`make bench`: what docs/performance.md tells, measured again on this machine."""

from tests.benchmarks import night

if __name__ == "__main__":
    print(night.run(rows=1_000_000, rounds=5))
