extension Journal {
  /// Waits until every record that was taken before the call is durable or has failed; false if that takes longer than
  /// `patience`, or the task is cancelled.
  public func settle(within patience: Duration) async -> Bool {
    let taken = intake.accepted
    let end = ContinuousClock.now + patience
    while tally.appended.now + tally.failed.now < taken {
      guard ContinuousClock.now < end, (try? await Task.sleep(for: .milliseconds(2))) != nil else { return false }
    }
    return true
  }
}
