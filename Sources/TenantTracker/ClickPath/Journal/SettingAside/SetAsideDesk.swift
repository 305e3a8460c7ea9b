internal import Synchronization

/// The blocking side of ``SetAside``: what is set aside for whom, read from the directory at first use.
final class SetAsideDesk: Sendable {
  private let files: any JournalFiles
  private let instance: JournalInstance
  private let fileBytes: Int
  private let onFault: @Sendable (JournalFault) -> Void
  private let state = Mutex<[Int64: TenantAside]?>(nil)

  init(
    files: any JournalFiles, instance: JournalInstance, fileBytes: Int,
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) {
    self.files = files
    self.instance = instance
    self.fileBytes = fileBytes
    self.onFault = onFault
  }

  func tenants() throws(JournalFileError) -> [Int64] {
    try withAll { (all) throws(JournalFileError) in all.keys.sorted() }
  }

  func lastSource(tenantID: Int64) throws(JournalFileError) -> JournalPosition? {
    try withAll { (all) throws(JournalFileError) in all[tenantID]?.lastSource }
  }

  func append(_ records: [JournalRecord], tenantID: Int64) throws(JournalFileError) {
    try withAll { (all) throws(JournalFileError) in
      var aside = all[tenantID] ?? tenant(tenantID)
      defer { all[tenantID] = aside.isEmpty ? nil : aside }
      try aside.append(records)
    }
  }

  func read(
    tenantID: Int64, from position: JournalPosition, maxRecords: Int, maxBytes: Int
  ) throws(JournalFileError) -> SetAsideBatch {
    try withAll { (all) throws(JournalFileError) in
      guard var aside = all[tenantID] else { return SetAsideBatch(records: [], end: position) }
      defer { all[tenantID] = aside }
      return try aside.read(from: position, maxRecords: maxRecords, maxBytes: maxBytes)
    }
  }

  func drop(tenantID: Int64, through position: JournalPosition) throws(JournalFileError) {
    try withAll { (all) throws(JournalFileError) in
      guard var aside = all[tenantID] else { return }
      defer { all[tenantID] = aside.isEmpty ? nil : aside }
      try aside.drop(through: position)
    }
  }

  private func withAll<Value>(
    _ body: (inout [Int64: TenantAside]) throws(JournalFileError) -> Value
  ) throws(JournalFileError) -> Value {
    try state.withLock { (state) throws(JournalFileError) in
      var all = if let state { state } else { try load() }
      defer { state = all }
      return try body(&all)
    }
  }

  private func tenant(_ tenantID: Int64) -> TenantAside {
    TenantAside(tenantID: tenantID, files: files, instance: instance, fileBytes: fileBytes, onFault: onFault)
  }

  private func load() throws(JournalFileError) -> [Int64: TenantAside] {
    var numbers: [Int64: [Int64]] = [:]
    for name in try files.names() {
      if let (tenantID, number) = SegmentName.setAside(name) { numbers[tenantID, default: []].append(number) }
    }
    var all: [Int64: TenantAside] = [:]
    for (tenantID, numbers) in numbers {
      var aside = tenant(tenantID)
      try aside.load(numbers.sorted())
      if !aside.isEmpty { all[tenantID] = aside }
    }
    return all
  }
}
