import Analytics
import Core
import Web

extension ReportPages {
  /// All rows of what the page shows, in its order, written as they are read.
  func export(_ call: TrackerCall) async throws -> Reply {
    let name = call.query("format") ?? ReportExport.Format.csv.rawValue
    guard let format = ReportExport.Format(rawValue: name) else {
      throw Problem.invalid("format", "choice", "must be csv or json")
    }
    let context = try await context(ReportQuestion(call.head.queryItems.filter { $0.name != "format" }), call)
    let request = try context.request
    let own = context.settings.currency
    let file = ReportExport(format: format, request: request, currency: context.currency)
    let (engine, scope) = (engine, call.place.scope)
    // What cannot be answered is said with a status, before the first byte.
    _ = try await engine.planned(request, in: own, of: scope)
    return .stream(type: file.type, filename: file.filename(context.period)) { writer in
      try await writer.write(file.head)
      var isFirst = true
      let answer = try await engine.stream(request, in: own, of: scope) { rows in
        try await writer.write(file.rows(rows, isFirst: isFirst))
        isFirst = false
      }
      try await writer.write(file.tail(answer))
    }
  }
}
