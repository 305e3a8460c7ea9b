internal import Dispatch
internal import Synchronization

/// Makes segments ahead on a thread of its own, zero-filled and synced, so that the writer finds the next one ready and
/// its fdatasync never waits for the file system's metadata; and tidies up behind the writer.
final class SegmentSupply: Sendable {
  private enum Shelf {
    case empty
    case ready(OpenSegment)
    /// The last attempt failed; until one succeeds the writer is told so at once instead of waiting.
    case failed(JournalFileError, retryAt: DispatchTime)
  }

  private struct State {
    var shelf = Shelf.empty
    var nextNumber: Int64
    var retired: [OpenSegment] = []
    var isWriterWaiting = false
    var isClosed = false

    var isMakingDue: Bool {
      switch shelf {
      case .empty: true
      case .ready: false
      case .failed(_, let retryAt): retryAt <= .now()
      }
    }
  }

  private enum Work {
    case make(number: Int64)
    case tidy(OpenSegment)
    case wait(until: DispatchTime)
    case finish(unused: OpenSegment?)
  }

  private let files: any JournalFiles
  private let instance: JournalInstance
  private let settings: JournalSettings
  private let onFault: @Sendable (JournalFault) -> Void
  private let state: Mutex<State>
  private let least = Atomic<Int64>(0)
  private let wake = DispatchSemaphore(value: 0)
  private let arrival = DispatchSemaphore(value: 0)

  init(
    files: any JournalFiles, instance: JournalInstance, settings: JournalSettings, nextNumber: Int64,
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) {
    self.files = files
    self.instance = instance
    self.settings = settings
    self.onFault = onFault
    state = Mutex(State(nextNumber: nextNumber))
  }

  /// Segments up to this number must not be written to any more.
  var leastNumber: Int64 { least.load(ordering: .relaxed) }

  func moveOn(past number: Int64) {
    least.store(max(number, leastNumber), ordering: .relaxed)
    state.withLock { $0.nextNumber = max($0.nextNumber, number + 1) }
  }

  /// The next segment. Waits while it is being made, but not when the last attempt failed.
  func take() throws(JournalFileError) -> OpenSegment {
    while true {
      let taken: Result<OpenSegment, JournalFileError>? = state.withLock { state in
        switch state.shelf {
        case .ready(let segment):
          state.shelf = .empty
          if segment.number > leastNumber { return .success(segment) }
          state.retired.append(segment)
        case .failed(let error, _):
          return .failure(error)
        case .empty:
          break
        }
        state.isWriterWaiting = true
        return nil
      }
      if case .failure(let error) = taken { throw error }
      wake.signal()
      if case .success(let segment) = taken { return segment }
      arrival.wait()
    }
  }

  /// Has the unused rest of a segment cut off.
  func retire(_ segment: OpenSegment) {
    state.withLock { $0.retired.append(segment) }
    wake.signal()
  }

  /// Ends ``run()`` once everything retired is tidy.
  func close() {
    state.withLock { $0.isClosed = true }
    wake.signal()
  }

  func run() {
    while true {
      switch nextWork() {
      case .make(let number): make(number)
      case .tidy(let segment): tidy(segment)
      case .wait(let time): _ = wake.wait(timeout: time)
      case .finish(let unused):
        if let unused { tidy(unused) }
        return
      }
    }
  }

  private func nextWork() -> Work {
    state.withLock { state in
      if !state.isClosed, state.isMakingDue {
        defer { state.nextNumber += 1 }
        return .make(number: state.nextNumber)
      }
      if !state.retired.isEmpty { return .tidy(state.retired.removeFirst()) }
      switch state.shelf {
      case .ready(let unused) where state.isClosed: return .finish(unused: unused)
      case _ where state.isClosed: return .finish(unused: nil)
      case .failed(_, let retryAt): return .wait(until: retryAt)
      case .ready, .empty: return .wait(until: .distantFuture)
      }
    }
  }

  private func make(_ number: Int64) {
    let result = Result { () throws(JournalFileError) in try prepare(number) }
    let (wasFailing, mustSignal) = state.withLock { state in
      let wasFailing = if case .failed = state.shelf { true } else { false }
      state.shelf =
        switch result {
        case .success(let segment): .ready(segment)
        case .failure(let error):
          .failed(error, retryAt: .now() + .nanoseconds(Int(settings.retryInterval / .nanoseconds(1))))
        }
      defer { state.isWriterWaiting = false }
      return (wasFailing, state.isWriterWaiting)
    }
    if mustSignal { arrival.signal() }
    switch result {
    case .success: if wasFailing { onFault(.recovered) }
    case .failure(let error): if !wasFailing { onFault(.noSegment(error)) }
    }
  }

  private func prepare(_ number: Int64) throws(JournalFileError) -> OpenSegment {
    let name = SegmentName.segment(number)
    let file = try files.create(name)
    do throws(JournalFileError) {
      try file.reserve(settings.segmentBytes)
      try zeroFill(file)
      try files.syncNames()
      return OpenSegment(file: file, number: number, capacity: settings.segmentBytes, instance: instance)
    } catch {
      remove(name)
      throw error
    }
  }

  /// Blocks written once are blocks that a later write finds in place. In steps, so that the writer's own fdatasync
  /// never queues behind a whole segment.
  private func zeroFill(_ file: any JournalFile) throws(JournalFileError) {
    let step = 2 << 20
    let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: min(step, settings.segmentBytes), alignment: 4_096)
    defer { zeros.deallocate() }
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
    var offset = 0
    while offset < settings.segmentBytes {
      let count = min(zeros.count, settings.segmentBytes - offset)
      try file.write(UnsafeRawBufferPointer(rebasing: zeros[..<count]), at: offset)
      try file.sync()
      offset += count
    }
  }

  private func tidy(_ segment: OpenSegment) {
    guard segment.end > 0 else { return remove(SegmentName.segment(segment.number)) }
    do throws(JournalFileError) { try segment.file.truncate(to: segment.end) } catch { onFault(.upkeepFailed(error)) }
  }

  private func remove(_ name: String) {
    do throws(JournalFileError) { try files.remove(name) } catch { onFault(.upkeepFailed(error)) }
  }
}
