import Core
import Web

/// `POST /import/{type}`: files of ``ExportsAPI``, of one's own making, or of Keitaro's offers.
struct ImportsAPI: Sendable {
  let runner: ImportRunner

  func register(in table: inout TrackerTable) {
    table.define("ImportPlan", ImportPlan.schema)
    for type in PortType.allCases {
      table.on(
        .post, "/import/\(type.rawValue)", .write(type.section),
        "Import \(type.title.lowercased()): a JSON list of objects as the API has them, or CSV. All of it or nothing",
        query: Self.parameters, body: .raw, answer: .ref("ImportPlan"), creates: true,
        bodyLimit: ImportFile.sizeLimit
      ) { call in
        let file = try ImportFile(call)
        return try await answer(try file.content(of: type), type.rawValue, call)
      }
    }
    table.on(
      .post, "/import/\(PortType.everything)", .write(.campaigns),
      "Import several types at once: one JSON object with a list for each. All of it or nothing",
      query: Self.parameters, body: .raw, answer: .ref("ImportPlan"), creates: true, bodyLimit: ImportFile.sizeLimit
    ) { call in
      let file = try ImportFile(call)
      return try await answer(try contentOfAll(file, by: call), PortType.everything, call)
    }
  }

  private static let parameters = [
    QueryParameter("dry_run", .boolean, "Only tell what it would do; false unless given."),
    QueryParameter(
      "match", .choice(ImportPlanner.Match.allCases.map(\.rawValue)),
      "How what exists is found: by slug or name unless given, or by id."),
  ]

  /// Throws 403 for a type that the caller may not write.
  func contentOfAll(_ file: ImportFile, by call: TrackerCall) throws(Problem) -> ImportContent {
    let content = try file.contentOfAll()
    let types = Set(content.entries.map(\.type))
    for type in PortType.allCases where types.contains(type) && !call.session.allows(.write(type.section)) {
      throw .permissionDenied(section: type.section.rawValue, access: "write")
    }
    return content
  }

  private func answer(_ content: ImportContent, _ subject: String, _ call: TrackerCall) async throws -> Reply {
    let match = try Self.match(call.query("match"))
    guard try Self.flag("dry_run", call) else {
      let plan = try await runner.run(content, match, "import:\(subject)", by: call)
      return .json(plan.json(isApplied: true))
    }
    return .json(try await runner.plan(content, match, by: call).json(isApplied: false))
  }

  static func match(_ text: String?) throws(Problem) -> ImportPlanner.Match {
    guard let text, !text.isEmpty else { return .name }
    guard let match = ImportPlanner.Match(rawValue: text) else {
      throw .invalid("match", "choice", "must be name or id")
    }
    return match
  }

  private static func flag(_ name: String, _ call: TrackerCall) throws(Problem) -> Bool {
    guard let text = call.query(name), !text.isEmpty else { return false }
    guard let flag = Bool(text) else { throw .invalid(name, "boolean", "must be true or false") }
    return flag
  }
}
