import Core
import Geo

/// How far the download of the databases is, or how the last one ended.
struct GeoIPDownload: Sendable {
  enum State: String, Sendable, CaseIterable { case idle, running, done, failed }
  enum Step: String, Sendable, CaseIterable { case waiting, downloading, unpacking, done, failed }

  struct File: Sendable {
    let edition: String
    var step = Step.waiting
    /// Of the archive, received so far.
    var bytes = 0
    /// Of the archive, as far as the server says.
    var total: Int?

    /// 0...100; unpacking and checking are the last tenth.
    var percent: Int {
      switch step {
      case .waiting, .failed: 0
      case .downloading: total.map { $0 > 0 ? min(90, bytes * 90 / $0) : 0 } ?? 0
      case .unpacking: 95
      case .done: 100
      }
    }
  }

  var state = State.idle
  var files: [File] = []
  /// Why it failed, as a sentence.
  var error: String?
  var startedAt: Timestamp?
  var finishedAt: Timestamp?

  static func begun(at time: Timestamp) -> GeoIPDownload {
    GeoIPDownload(
      state: .running, files: GeoSlot.allCases.compactMap(\.freeEdition).map { File(edition: $0) }, startedAt: time)
  }

  var percent: Int { files.isEmpty ? 0 : files.reduce(0) { $0 + $1.percent } / files.count }

  var json: JSONValue {
    [
      "state": .string(state.rawValue), "percent": .int(percent), "bytes": .int(files.reduce(0) { $0 + $1.bytes }),
      "files": .array(
        files.map { file in
          [
            "edition": .string(file.edition), "step": .string(file.step.rawValue), "bytes": .int(file.bytes),
            "total": file.total.map { .int($0) } ?? .null, "percent": .int(file.percent),
          ]
        }),
      "error": JSONValue(error), "started_at": JSONValue(startedAt), "finished_at": JSONValue(finishedAt),
    ]
  }
}
