import Core
import Web

/// `GET /export/{type}`: configured things as files that ``ImportsAPI`` takes.
struct ExportsAPI: Sendable {
  let settings: SettingsStore
  let clock: any WallClock

  func register(in table: inout TrackerTable) {
    let format = QueryParameter(
      "format", .choice(ExportFile.Format.allCases.map(\.rawValue)), "json unless given; all of it is json only.")
    for type in PortType.allCases {
      table.on(
        .get, "/export/\(type.rawValue)", .read(type.section),
        "\(type.title) as a file: the objects of the API, with the names of what they refer to", query: [format],
        answer: .array(.any)
      ) { try await file(of: type, $0) }
    }
    table.on(
      .get, "/export/\(PortType.everything)", .read(.campaigns),
      "Everything you may read in one document: a list for each type", query: [format], answer: .map(.array(.any))
    ) { try await fileOfAll($0) }
  }

  func file(of type: PortType, _ call: TrackerCall) async throws -> Reply {
    let format = try Self.format(call)
    let total = try await PortStore().count(type, of: call.place.scope)
    return try await file(call).reply(type, format, total: total)
  }

  func fileOfAll(_ call: TrackerCall) async throws -> Reply {
    guard try Self.format(call) == .json else {
      throw Problem.invalid("format", "choice", "must be json for everything: a CSV file holds one type")
    }
    let types = PortType.allCases.filter { call.session.allows(.read($0.section)) }
    var total: Int64 = 0
    for type in types { total += try await PortStore().count(type, of: call.place.scope) }
    return try await file(call).reply(types, total: total)
  }

  private func file(_ call: TrackerCall) async throws -> ExportFile {
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    return ExportFile(exporter: Exporter(scope: call.place.scope), day: times.date(clock.now()))
  }

  private static func format(_ call: TrackerCall) throws(Problem) -> ExportFile.Format {
    guard let text = call.query("format"), !text.isEmpty else { return .json }
    guard let format = ExportFile.Format(rawValue: text) else {
      throw .invalid("format", "choice", "must be csv or json")
    }
    return format
  }
}
