import Conversions
import Core
import Database

extension ConversionRunner {
  /// Moves a batch of the conversions that wait for the word. True when there are no more.
  func map(
    _ word: String, ofNetwork id: Int64, _ run: inout ConversionRun, of scope: TenantScope
  ) async throws -> Bool {
    let statuses = try await statuses(ofNetwork: id, scope)
    guard let status = statuses[word] else {
      // The mapping was taken back meanwhile.
      return true
    }
    let waiting = try await words.waiting(for: word, ofNetwork: id, after: run.lastID, limit: Self.batch, of: scope)
    for (conversionID, isStillTrue) in waiting {
      if isStillTrue {
        var decision = ConversionRecorder.Move(
          status: status, payout: nil, actor: run.madeBy, at: runs.clock.now(), scheme: statuses.scheme(word))
        decision.isReport = true
        run.note(try await move(conversionID, by: decision, scope), conversionID)
      } else {
        try await words.settle(conversionID, in: scope, schema: scope.schema)
        run.note("moved_since", conversionID)
      }
    }
    return waiting.count < Self.batch
  }

  /// What the network's words mean now.
  private func statuses(ofNetwork id: Int64, _ scope: TenantScope) async throws(DatabaseError) -> StatusMap {
    let row = try await scope.first("SELECT status_map FROM \(scope.schema).networks WHERE id = \(id)")
    return try row.map { row throws(DatabaseError) in StatusMap(try row.get("status_map", as: JSONValue.self)) }
      ?? .standard
  }

  /// With the payout that it has.
  private func move(
    _ id: ConversionID, by decision: ConversionRecorder.Move, _ scope: TenantScope
  ) async throws -> String {
    let recording = try await postbacks.recorder.move(id, by: decision, in: scope) { [words] recording, connection in
      try await words.settle(recording.conversionID, in: connection, schema: scope.schema)
    }
    return recording.map { PostbackOutcome($0).code } ?? "gone"
  }
}
