import Core

/// How long the drain rests between batches, so that visitors come first: a drain at full speed costs them half their
/// redirects on two cores (measured), and nobody reads a click within the second.
struct DrainPace: Sendable {
  /// Above so many clicks a second and core the machine is busy with visitors.
  static let busyRate = 6_000.0
  /// While visitors keep the machine busy, the drain works one part in ten,
  static let restWhenBusy = 9.0
  /// but every other moment once it is this many segments behind: the disk is not endless.
  static let segmentsOfPatience: Int64 = 8
  /// A few records wait for company: few large transactions cost less than many small ones.
  static let smallBatch = 1_000

  private let cores: Int
  private var appended: Int
  private var countedAt: Timestamp

  init(cores: Int, appended: Int, at now: Timestamp) {
    self.cores = max(1, cores)
    self.appended = appended
    countedAt = now
  }

  /// The rest after a batch.
  /// - Parameters:
  ///   - work: what the batch took.
  ///   - appended: records the journal has taken since it was opened.
  ///   - segmentsBehind: whole segments between the drain and the journal's end.
  mutating func rest(
    after work: Duration, appended total: Int, segmentsBehind: Int64, at now: Timestamp
  ) -> Duration {
    let records = total - appended
    let elapsed = Double(max(1, (now - countedAt).wholeMicroseconds)) / 1_000_000
    let rate = Double(records) / elapsed / Double(cores)
    (appended, countedAt) = (total, now)
    if rate > Self.busyRate {
      let share = segmentsBehind < Self.segmentsOfPatience ? Self.restWhenBusy : 1
      return min(max(work * share, .milliseconds(20)), .seconds(2))
    }
    return records < Self.smallBatch && segmentsBehind == 0 ? .milliseconds(50) : .zero
  }
}
