/// What is done for jobs of one kind. It may run more than once for a job, so its effect has to bear that.
public struct JobHandler: Sendable {
  public let kind: String
  public let retry: RetryPolicy
  /// After which an attempt is cancelled and counts as failed.
  public let timeLimit: Duration
  let run: @Sendable (Job) async throws -> Void

  public init(
    kind: String, retry: RetryPolicy = .standard, timeLimit: Duration = .seconds(300),
    run: @escaping @Sendable (Job) async throws -> Void
  ) {
    self.kind = kind
    self.retry = retry
    self.timeLimit = timeLimit
    self.run = run
  }
}
