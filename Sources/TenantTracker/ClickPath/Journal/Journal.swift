internal import Glibc

/// An append-only log on local disk that knows nothing of its payloads. One writer makes whatever has gathered durable
/// with one write and one fdatasync; readers follow it up to the durable end. Segments that a disk error touched are
/// not written to again; what a crash cut short is dropped at the next start.
public final class Journal: Sendable {
  public let instance: JournalInstance
  /// What is kept apart for tenants that can't be written.
  public let setAside: SetAside

  let files: any JournalFiles
  let settings: JournalSettings
  let onFault: @Sendable (JournalFault) -> Void
  let tally = JournalTally()
  let intake: JournalIntake
  private let awaited: AwaitedAppends
  let segments: SegmentTable
  private let supply: SegmentSupply
  let thread: FileThread
  private let damage: DamageReport
  private let end = Gate()

  /// Opens or makes the journal in a directory, and makes this process its only user. Blocks while the newest segment
  /// is read through.
  /// - Parameter onFault: see ``JournalFault``; must not block.
  public static func open(
    directory: String, settings: JournalSettings = JournalSettings(),
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) throws(JournalOpenError) -> Journal {
    let files = try JournalOpenError.wrapping { () throws(JournalFileError) in
      try POSIXJournalFiles(directory: directory)
    }
    return try open(files: files, settings: settings, onFault: onFault)
  }

  public static func open(
    files: any JournalFiles, settings: JournalSettings = JournalSettings(),
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) throws(JournalOpenError) -> Journal {
    do throws(JournalFileError) { try files.lock() } catch {
      throw error.code == EWOULDBLOCK ? .inUse : .file(error)
    }
    do throws(JournalOpenError) {
      let found = try JournalRecovery(files: files, onFault: onFault).run()
      guard let thread = FileThread() else { throw .noThreads }
      return try Journal(found, files: files, settings: settings, thread: thread, onFault: onFault)
    } catch {
      files.unlock()
      throw error
    }
  }

  private init(
    _ found: JournalRecovery.Found, files: any JournalFiles, settings: JournalSettings, thread: FileThread,
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) throws(JournalOpenError) {
    instance = found.instance
    self.files = files
    self.settings = settings
    self.onFault = onFault
    self.thread = thread
    damage = DamageReport(files: files, tally: tally, onFault: onFault)
    setAside = SetAside(
      files: files, instance: found.instance, fileBytes: settings.segmentBytes, thread: thread, onFault: onFault)
    intake = JournalIntake(limit: settings.pendingBytes, tally: tally)
    awaited = AwaitedAppends(intake: intake)
    segments = SegmentTable(found.segments, end: found.end, highest: found.nextNumber - 1)
    supply = SegmentSupply(
      files: files, instance: found.instance, settings: settings, nextNumber: found.nextNumber, onFault: onFault)
    try start(nextSequence: found.nextSequence)
  }

  deinit { intake.close() }

  private func start(nextSequence: UInt64) throws(JournalOpenError) {
    let isSupplied = FileThread.spawn { [supply, segments, files, end] in
      supply.run()
      segments.close()
      files.unlock()
      end.open()
    }
    guard isSupplied else { throw .noThreads }
    let writer = JournalWriter(intake: intake, supply: supply, segments: segments, tally: tally, onFault: onFault)
    guard FileThread.spawn({ writer.run(nextSequence: nextSequence) }) else {
      supply.close()
      throw .noThreads
    }
  }

  /// A way in for one event loop; see ``JournalLane``. Lanes last as long as the journal.
  /// - Parameter onCommit: called on the writer's thread; must not block.
  public func registerLane(onCommit: @escaping JournalCommitHandler) -> JournalLane {
    JournalLane(intake: intake, onCommit: onCommit)
  }

  /// Appends one record and waits for its outcome.
  public func append(
    tenantID: Int64, kind: JournalKind, payload: [UInt8]
  ) async throws(JournalRefusal) -> JournalOutcome {
    try await awaited.append(tenantID: tenantID, kind: kind, payload: payload).get()
  }

  /// A reader that begins at a position some reader of this journal gave out, or at ``JournalPosition/start``.
  public func reader(from position: JournalPosition) -> JournalReader {
    JournalReader(from: position, files: files, segments: segments, thread: thread, damage: damage)
  }

  /// The end of what is durable: what a reader can reach now.
  public var durableEnd: JournalPosition { segments.end }

  /// Where the oldest segment that is still held begins.
  public var oldest: JournalPosition { segments.start }

  /// Sees that every later record lies beyond `position`. For the consumer whose stored position is ahead of the
  /// journal, because the journal's directory was restored from an older copy.
  public func moveOn(past position: JournalPosition) {
    supply.moveOn(past: position.segment)
    segments.moveOn(past: position.segment)
  }

  public var figures: JournalFigures {
    JournalFigures(
      appended: tally.appended.now, failed: tally.failed.now, overloaded: tally.overloaded.now,
      batches: tally.batches.now, syncs: tally.syncs.now, bytes: tally.bytes.now,
      failedSegments: tally.failedSegments.now, losses: tally.losses.now, pendingBytes: intake.pendingBytes,
      durableEnd: durableEnd)
  }

  /// Takes no more records, makes those that wait durable, and gives the directory up.
  public func close() async {
    intake.close()
    await end.pass()
  }
}
