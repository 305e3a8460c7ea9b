/// One caller's way into the journal, usually an event loop's: its records keep their order, and it hears of each batch
/// once, on the writer's thread, with the tokens of its records in that batch.
public final class JournalLane: Sendable {
  private let index: Int
  private let intake: JournalIntake

  init(intake: JournalIntake, onCommit: @escaping JournalCommitHandler) {
    self.intake = intake
    index = intake.addLane(onCommit)
  }

  /// Copies the payload for the next batch and returns at once.
  /// - Parameter token: comes back with the record's outcome.
  public func append(
    tenantID: Int64, kind: JournalKind, payload: UnsafeRawBufferPointer, token: UInt64
  ) throws(JournalRefusal) {
    try intake.append(lane: index, tenantID: tenantID, kind: kind, payload: payload, token: token)
  }

  public func append(
    tenantID: Int64, kind: JournalKind, payload: [UInt8], token: UInt64
  ) throws(JournalRefusal) {
    let refusal: JournalRefusal? = payload.withUnsafeBytes { bytes in
      do throws(JournalRefusal) {
        try append(tenantID: tenantID, kind: kind, payload: bytes, token: token)
        return nil
      } catch {
        return error
      }
    }
    if let refusal { throw refusal }
  }
}
