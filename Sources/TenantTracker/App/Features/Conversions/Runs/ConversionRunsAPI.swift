import Core
import Database
import HTTPTypes
import Web

/// `GET /postbacks/runs/{id}`: how far a replay or a mapping is.
struct ConversionRunsAPI: Sendable {
  let runner: ConversionRunner

  /// An answer waits this long for a run; after that it tells where to look.
  private static let patience = Duration.seconds(2)

  func register(in table: inout TrackerTable) {
    table.define("ConversionRun", ConversionRun.schema)
    table.on(
      .get, "/postbacks/runs/{id}", .read(.reports), "How far a replay or a mapping of statuses is",
      answer: .ref("ConversionRun")
    ) { .json(try await find($0).json) }
  }

  func find(_ call: TrackerCall) async throws -> ConversionRun {
    guard let run = try await runner.runs.find(call.uuid(), of: call.place.scope) else {
      throw Problem.notFound("run")
    }
    return run
  }

  /// Gets a run that was just written going, and waits for its end, but not long.
  func start(_ run: ConversionRun, of scope: TenantScope) async throws -> ConversionRun {
    try await runner.wake(scope)
    let end = ContinuousClock.now + Self.patience
    var pause = Duration.milliseconds(10)
    while true {
      let now = try await runner.runs.find(run.id, of: scope) ?? run
      guard now.state == .running, .now < end else { return now }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(200))
    }
  }

  /// 200 with the run when it is over, else 202 and where to look.
  static func reply(_ run: ConversionRun) -> Reply {
    guard run.state == .running else { return .json(run.json) }
    return Reply.json(run.json, status: 202).with(header: .location, "/admin/api/postbacks/runs/\(run.id)")
  }
}
