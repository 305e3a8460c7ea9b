/// How long to wait before a job is tried again.
public enum RetryPolicy: Sendable {
  /// `base`, twice that, four times, ... up to `cap`, each shortened at random by up to a half, so that what failed
  /// together doesn't come back together.
  case exponential(base: Duration, cap: Duration)
  /// These waits after the first, second, ... attempt; the last one repeats.
  case schedule([Duration])

  public static let standard = RetryPolicy.exponential(base: .seconds(5), cap: .seconds(3_600))

  /// The wait after the given attempt, from 1.
  public func delay(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    switch self {
    case .exponential(let base, let cap):
      let doublings = min(max(attempt - 1, 0), 30)
      return min(base * (1 << doublings), cap) * Double.random(in: 0.5...1, using: &generator)
    case .schedule(let waits):
      return waits.isEmpty ? .zero : waits[min(max(attempt - 1, 0), waits.count - 1)]
    }
  }
}
