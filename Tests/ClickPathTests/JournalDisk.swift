import ClickPath
import Glibc
import Synchronization

/// A disk with a page cache: what was not synced may be lost at a crash, sector by sector, as may names; a failed sync
/// drops pages for good and the next one lies; a killed process loses nothing.
final class JournalDisk: Sendable {
  static let sectorSize = 512

  struct Content {
    /// What a power cut leaves.
    var durable: [UInt8] = []
    /// What programs see.
    var cached: [UInt8] = []
    var dirty: Set<Int> = []
  }

  struct State {
    var contents: [Int: Content] = [:]
    var names: [String: Int] = [:]
    /// Changes of names that a crash may undo, the last ones first, and how to make them.
    var durableNames: [String: Int] = [:]
    var unsyncedNames: [@Sendable (inout [String: Int]) -> Void] = []
    var nextContent = 1
    var isLocked = false
    /// Handles of earlier processes are dead.
    var process = 0
    /// The disk dies before that many more operations.
    var operationsLeft: Int?
    var syncs = 0
    var dice: JournalDice
    /// Asked before each operation; an errno makes it fail.
    var fault: @Sendable (JournalFileError.Operation, String) -> Int32? = { _, _ in nil }
    var capacity = Int.max
  }

  private let state: Mutex<State>

  init(seed: Int = 0) { state = Mutex(State(dice: JournalDice(seed: seed))) }

  /// The disk as the next process sees it: the one before, if there was one, can't reach it any more.
  func newProcess() -> ModelFiles {
    with { state in
      state.process += 1
      state.isLocked = false
      state.operationsLeft = nil
      return ModelFiles(disk: self, process: state.process)
    }
  }

  /// The power fails: of what was not synced, any sectors and the first of the names may have reached the disk.
  func crash() {
    with { state in
      for number in state.contents.keys { state.contents[number]?.lose(&state.dice) }
      let kept = Int.random(in: 0...state.unsyncedNames.count, using: &state.dice)
      for change in state.unsyncedNames.prefix(kept) { change(&state.durableNames) }
      state.unsyncedNames = []
      state.names = state.durableNames
    }
  }

  var names: [String] { with { $0.names.keys.sorted() } }
  var syncs: Int { with { $0.syncs } }

  func fail(_ fault: @escaping @Sendable (JournalFileError.Operation, String) -> Int32?) {
    with { $0.fault = fault }
  }

  func setCapacity(_ bytes: Int) { with { $0.capacity = bytes } }

  /// Lets the disk die, for the present process, before the given operation from now.
  func die(afterOperations count: Int) { with { $0.operationsLeft = count } }

  func bytes(of name: String) -> [UInt8] {
    with { state in state.names[name].flatMap { state.contents[$0]?.cached } ?? [] }
  }

  /// Changes a file behind everybody's back.
  func corrupt(_ name: String, _ change: (inout [UInt8]) -> Void) {
    with { state in
      guard let number = state.names[name], var content = state.contents[number] else { return }
      change(&content.cached)
      content.durable = content.cached
      content.dirty = []
      state.contents[number] = content
    }
  }

  func with<Value, Failure: Error>(_ body: (inout State) throws(Failure) -> Value) throws(Failure) -> Value {
    try state.withLock { (state) throws(Failure) in try body(&state) }
  }
}

extension JournalDisk.Content {
  mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    if cached.count < offset + bytes.count { resize(offset + bytes.count) }
    cached.withUnsafeMutableBytes { $0[offset..<(offset + bytes.count)].copyBytes(from: bytes) }
    guard !bytes.isEmpty else { return }
    let size = JournalDisk.sectorSize
    dirty.formUnion((offset / size)...((offset + bytes.count - 1) / size))
  }

  mutating func resize(_ size: Int) {
    if size < cached.count {
      cached.removeLast(cached.count - size)
    } else {
      cached.append(contentsOf: repeatElement(0, count: size - cached.count))
    }
  }

  mutating func sync() {
    durable = cached
    dirty = []
  }

  /// The cached pages are clean for the kernel, whether they were written or not.
  mutating func failSync(_ dice: inout JournalDice) {
    durable = survivors(&dice)
    dirty = []
  }

  mutating func lose(_ dice: inout JournalDice) {
    durable = survivors(&dice)
    cached = durable
    dirty = []
  }

  private func survivors(_ dice: inout JournalDice) -> [UInt8] {
    var result = durable
    let size = Bool.random(using: &dice) ? cached.count : durable.count
    if size < result.count {
      result.removeLast(result.count - size)
    } else {
      result.append(contentsOf: repeatElement(0, count: size - result.count))
    }
    for sector in dirty where Bool.random(using: &dice) {
      let start = sector * JournalDisk.sectorSize
      // Now and then a sector is torn: the new bytes up to some place, the old ones after it.
      let length = dice.isOne(in: 8) ? Int.random(in: 0...JournalDisk.sectorSize, using: &dice) : JournalDisk.sectorSize
      let end = min(start + length, size, cached.count)
      if start < end { result.replaceSubrange(start..<end, with: cached[start..<end]) }
    }
    return result
  }
}
