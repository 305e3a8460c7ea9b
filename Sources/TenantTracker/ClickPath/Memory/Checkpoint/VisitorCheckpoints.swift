public import Core

/// The visitor memory on disk: one file, replaced whole. Together with the journal from the position that it names, it
/// makes the memory again.
public final class VisitorCheckpoints: Sendable {
  /// What a process finds when it starts.
  public enum Found: Hashable, Sendable {
    /// The memory is as it was at this position.
    case whole(JournalPosition)
    /// There is none.
    case nothing
    /// There is one, but it can't be used, or not all of it: the memory is made from what the journal still holds.
    case unusable(String)
  }

  /// What a save wrote.
  public struct Saved: Hashable, Sendable {
    /// What the journal holds before it is not needed for the memory any more.
    public let position: JournalPosition
    public let bytes: Int
  }

  /// Why there is no new checkpoint; the one before stays good.
  public enum Fault: Error, Hashable, Sendable {
    case file(JournalFileError)
    /// What the memory had learnt by then did not become durable in time.
    case journalBehind
  }

  private static let name = "checkpoint"
  private static let draft = "checkpoint.draft"
  /// Between a hit's decision and its record in the journal's hands lie microseconds, or whatever the system makes of
  /// them on a busy machine.
  public static let grace = Duration.seconds(1)
  private static let patience = Duration.seconds(10)

  private let files: any JournalFiles
  private let thread: FileThread
  private let rest: Duration

  /// - Parameter directory: made (mode 0700) when it is missing; its parent must be there.
  public convenience init(directory: String) throws(JournalOpenError) {
    let files = try JournalOpenError.wrapping { () throws(JournalFileError) in
      try POSIXJournalFiles(directory: directory)
    }
    try self.init(files: files, rest: .milliseconds(10))
  }

  /// - Parameter rest: after every few megabytes written.
  init(files: any JournalFiles, rest: Duration = .zero) throws(JournalOpenError) {
    guard let thread = FileThread() else { throw .noThreads }
    self.files = files
    self.thread = thread
    self.rest = rest
  }

  /// Fills the memory with what the checkpoint holds.
  public func load(into memory: VisitorMemory, for instance: JournalInstance) async -> Found {
    await thread.run { [self] in
      do throws(JournalFileError) {
        guard try files.names().contains(Self.name) else { return .nothing }
        let reader = CheckpointReader(file: try files.open(Self.name), memory: memory)
        guard let (header, isWhole) = try reader.read() else {
          return .unusable("it is damaged, of another version, or made with another secret")
        }
        guard isWhole else { return .unusable("part of it is damaged") }
        guard header.instance == instance else { return .unusable("it belongs to another journal") }
        return .whole(header.position)
      } catch {
        return .unusable(error.description)
      }
    }
  }

  /// Puts the memory as it is now in the checkpoint's place. Visitors are answered meanwhile.
  /// - Parameter grace: how long to wait for hits that are being decided; zero when there are none any more.
  public func save(
    _ memory: VisitorMemory, of journal: Journal, at now: Timestamp, grace: Duration = VisitorCheckpoints.grace
  ) async throws(Fault) -> Saved {
    // Every record up to here has changed the memory already.
    let header = CheckpointHeader(
      fingerprint: memory.keys.fingerprint, instance: journal.instance, position: journal.durableEnd, begunAt: now)
    let draft = await thread.run { [self] in write(memory, header) }
    let bytes = try Self.value(of: draft)
    // What was copied may have come from hits whose records are still on their way; the checkpoint must not know more
    // than the journal does.
    if grace > .zero { try? await Task.sleep(for: grace) }
    guard await journal.settle(within: Self.patience) else { throw .journalBehind }
    try Self.value(of: await thread.run { [self] in publish() })
    return Saved(position: header.position, bytes: bytes)
  }

  private static func value<Value>(of result: Result<Value, JournalFileError>) throws(Fault) -> Value {
    do throws(JournalFileError) { return try result.get() } catch { throw .file(error) }
  }

  private func write(_ memory: VisitorMemory, _ header: CheckpointHeader) -> Result<Int, JournalFileError> {
    Result { () throws(JournalFileError) in
      if try files.names().contains(Self.draft) { try files.remove(Self.draft) }
      return try CheckpointWriter(try files.create(Self.draft), rest: rest).write(memory, header: header)
    }
  }

  private func publish() -> Result<Void, JournalFileError> {
    Result { () throws(JournalFileError) in
      try files.rename(Self.draft, to: Self.name)
      try files.syncNames()
    }
  }
}
