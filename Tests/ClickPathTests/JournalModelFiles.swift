import ClickPath
import Glibc

/// One process's view of a ``JournalDisk``.
struct ModelFiles: JournalFiles {
  let disk: JournalDisk
  let process: Int

  func lock() throws(JournalFileError) {
    try operate(.lock, "lock") { (state) throws(JournalFileError) in
      guard !state.isLocked else { throw JournalFileError(.lock, "lock", code: EWOULDBLOCK) }
      state.isLocked = true
    }
  }

  func unlock() {
    disk.with { state in if state.process == process { state.isLocked = false } }
  }

  func names() throws(JournalFileError) -> [String] {
    try operate(.list, ".") { (state) throws(JournalFileError) in Array(state.names.keys) }
  }

  func open(_ name: String) throws(JournalFileError) -> any JournalFile {
    try operate(.open, name) { (state) throws(JournalFileError) in
      guard let number = state.names[name] else { throw JournalFileError(.open, name, code: ENOENT) }
      return ModelFile(files: self, name: name, number: number)
    }
  }

  func create(_ name: String) throws(JournalFileError) -> any JournalFile {
    try operate(.create, name) { (state) throws(JournalFileError) in
      guard state.names[name] == nil else { throw JournalFileError(.create, name, code: EEXIST) }
      let number = state.nextContent
      state.nextContent += 1
      state.contents[number] = JournalDisk.Content()
      state.change { $0[name] = number }
      return ModelFile(files: self, name: name, number: number)
    }
  }

  func remove(_ name: String) throws(JournalFileError) {
    try operate(.remove, name) { (state) throws(JournalFileError) in
      guard state.names[name] != nil else { throw JournalFileError(.remove, name, code: ENOENT) }
      state.change { $0[name] = nil }
    }
  }

  func rename(_ name: String, to newName: String) throws(JournalFileError) {
    try operate(.rename, name) { (state) throws(JournalFileError) in
      guard let number = state.names[name] else { throw JournalFileError(.rename, name, code: ENOENT) }
      state.change {
        $0[name] = nil
        $0[newName] = number
      }
    }
  }

  func link(_ name: String, as secondName: String) throws(JournalFileError) {
    try operate(.link, name) { (state) throws(JournalFileError) in
      guard let number = state.names[name] else { throw JournalFileError(.link, name, code: ENOENT) }
      state.change { $0[secondName] = number }
    }
  }

  func syncNames() throws(JournalFileError) {
    try operate(.sync, ".") { (state) throws(JournalFileError) in
      state.durableNames = state.names
      state.unsyncedNames = []
    }
  }

  func operate<Value>(
    _ operation: JournalFileError.Operation, _ name: String,
    _ body: (inout JournalDisk.State) throws(JournalFileError) -> Value
  ) throws(JournalFileError) -> Value {
    try disk.with { (state) throws(JournalFileError) in
      if let left = state.operationsLeft { state.operationsLeft = left - 1 }
      guard state.process == process, (state.operationsLeft ?? 1) > 0 else {
        throw JournalFileError(operation, name, code: EIO)
      }
      if let code = state.fault(operation, name) {
        if operation == .sync, let number = state.names[name] {
          state.contents[number]?.failSync(&state.dice)
        }
        throw JournalFileError(operation, name, code: code)
      }
      return try body(&state)
    }
  }
}

extension JournalDisk.State {
  mutating func change(_ change: @escaping @Sendable (inout [String: Int]) -> Void) {
    change(&names)
    unsyncedNames.append(change)
  }

  var usedBytes: Int { Set(names.values).reduce(0) { $0 + (contents[$1]?.cached.count ?? 0) } }
}

final class ModelFile: JournalFile {
  private let files: ModelFiles
  private let name: String
  private let number: Int

  init(files: ModelFiles, name: String, number: Int) {
    self.files = files
    self.name = name
    self.number = number
  }

  func size() throws(JournalFileError) -> Int {
    try operate(.size) { content, _ throws(JournalFileError) in content.cached.count }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalFileError) -> Int {
    try operate(.read) { content, _ throws(JournalFileError) in
      let count = max(0, min(buffer.count, content.cached.count - offset))
      if count > 0 { content.cached.withUnsafeBytes { buffer.copyBytes(from: $0[offset..<(offset + count)]) } }
      return count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFileError) {
    try operate(.write) { content, room throws(JournalFileError) in
      guard offset + bytes.count - content.cached.count <= max(0, room) else {
        throw JournalFileError(.write, name, code: ENOSPC)
      }
      content.write(bytes, at: offset)
    }
  }

  func reserve(_ size: Int) throws(JournalFileError) {
    try operate(.reserve) { content, room throws(JournalFileError) in
      guard size - content.cached.count <= max(0, room) else { throw JournalFileError(.reserve, name, code: ENOSPC) }
      if size > content.cached.count { content.resize(size) }
    }
  }

  func truncate(to size: Int) throws(JournalFileError) {
    try operate(.truncate) { content, _ throws(JournalFileError) in content.resize(size) }
  }

  func sync() throws(JournalFileError) {
    try operate(.sync) { content, _ throws(JournalFileError) in content.sync() }
    files.disk.with { $0.syncs += 1 }
  }

  private func operate<Value>(
    _ operation: JournalFileError.Operation,
    _ body: (inout JournalDisk.Content, _ room: Int) throws(JournalFileError) -> Value
  ) throws(JournalFileError) -> Value {
    try files.operate(operation, name) { (state) throws(JournalFileError) in
      let room = state.capacity - state.usedBytes
      return try body(&state.contents[number, default: JournalDisk.Content()], room)
    }
  }
}
