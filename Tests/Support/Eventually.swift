/// What did not come true in time.
public struct NotInTime: Error, CustomStringConvertible {
  public let description: String
}

/// Waits until `condition` holds, asking again every few milliseconds.
/// - Throws: ``NotInTime`` after `limit`, and whatever `condition` throws.
public func eventually(
  within limit: Duration = .seconds(60), _ what: String = "the condition", file: StaticString = #fileID,
  line: UInt = #line, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw NotInTime(description: "\(file):\(line): \(what) did not come true within \(limit)")
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}
