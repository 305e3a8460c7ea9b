/// The headers of all segments of a directory, looked at before anything is changed.
struct SegmentHeaders {
  struct Segment {
    let number: Int64
    let reading: SegmentHeader.Reading

    var name: String { SegmentName.segment(number) }
    var header: SegmentHeader? { if case .header(let header) = reading { header } else { nil } }
  }

  /// By number. What was set aside for tenants is only checked.
  private(set) var segments: [Segment] = []
  private var instances: [String: JournalInstance] = [:]

  /// Refuses versions that this release can't read.
  init(files: any JournalFiles, names: [String]) throws(JournalOpenError) {
    for name in names.sorted() where SegmentName.isSegment(name) || SegmentName.setAside(name) != nil {
      let page = try JournalOpenError.wrapping { () throws(JournalFileError) in
        try files.open(name).bytes(at: 0, count: SegmentHeader.pageSize)
      }
      let reading = page.withUnsafeBytes { SegmentHeader.read($0) }
      switch reading {
      case .unknownVersion(let version):
        throw .unknownVersion(segment: name, version: version, readable: SegmentHeader.readableVersions)
      case .header(let header): instances[name] = header.instance
      case .blank, .damaged: break
      }
      if SegmentName.isSegment(name), let number = SegmentName.number(of: name) {
        segments.append(Segment(number: number, reading: reading))
      }
    }
    segments.sort { $0.number < $1.number }
  }

  /// The one journal all segments belong to.
  /// - Parameter instance: the directory's own word, if it has one.
  func agree(on instance: JournalInstance?) throws(JournalOpenError) -> JournalInstance? {
    var agreed = instance
    for (name, owner) in instances.sorted(by: { $0.key < $1.key }) {
      guard owner == agreed ?? owner else { throw .foreignSegment(name, instance: owner) }
      agreed = owner
    }
    return agreed
  }
}

extension JournalOpenError {
  static func wrapping<Value>(_ body: () throws(JournalFileError) -> Value) throws(JournalOpenError) -> Value {
    do { return try body() } catch { throw .file(error) }
  }
}
