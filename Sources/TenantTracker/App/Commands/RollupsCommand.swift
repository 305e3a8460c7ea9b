import Analytics
import ArgumentParser
import Core
import Database

struct RollupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollups", abstract: "Check what reports are counted from against the clicks, or count it again.",
    subcommands: [Check.self, Rebuild.self])

  struct Options: ParsableArguments {
    @Option(help: "The tenant's slug.") var tenant: String = "default"
    @Option(help: "The first day, such as 2026-11-01, in the tenant's time zone.") var from: String
    @Option(help: "The last day, included.") var to: String
    @Flag(help: "Print JSON.") var json = false

    func days() throws -> LocalDateRange {
      guard let from = LocalDate(from) else { throw ValidationError("--from must be a day such as 2026-11-01") }
      guard let to = LocalDate(to) else { throw ValidationError("--to must be a day such as 2026-11-30") }
      guard let days = LocalDateRange(from: from, to: to) else {
        throw ValidationError("--to must not be before --from")
      }
      return days
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count clicks once more and tell where rollups say something else.",
      discussion: "Exit codes: 0 no difference, 1 differences or a failure, 64 wrong arguments, 78 wrong configuration."
    )
    @OptionGroup var options: Options

    func run() async throws {
      let days = try options.days()
      try await UserCommand.inTenant(options.tenant) { tracker, scope in
        let settings = try await tracker.settings.all(of: scope)
        let window = try await ReportWindow.find(
          from: days.from, to: days.to, zone: settings.zone, now: tracker.clock.now(), in: scope)
        let finding = try await tracker.rollupChecker.check(
          window.start..<window.end, in: settings.currency, of: scope)
        RollupsCommand.tell(finding, asJSON: options.json)
        if !finding.differences.isEmpty { throw ExitCode(1) }
      }
    }
  }

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count the clicks of these days again; reports go on meanwhile.",
      discussion: "Exit codes: 0 done, 1 failed, 64 wrong arguments, 78 wrong configuration.")
    @OptionGroup var options: Options

    func run() async throws {
      let days = try options.days()
      try await UserCommand.inTenant(options.tenant) { tracker, scope in
        let settings = try await tracker.settings.all(of: scope)
        let window = try await ReportWindow.find(
          from: days.from, to: days.to, zone: settings.zone, now: tracker.clock.now(), in: scope)
        let folder = tracker.rollupFolder
        // Of clicks that came just now no hour is over yet, as the tracker has not looked since.
        try await folder.keep(zone: settings.zone, currency: settings.currency, everything: true, of: scope)
        var count = 0
        for day in try await folder.days(from: window.start, to: window.lastMoment, settings.zone, scope) {
          count += try await folder.rebuild(day, in: settings.currency, of: scope)
        }
        CommandLineTracker.say(
          options.json ? (["buckets": .int(count)] as JSONValue).text : "\(count) hours and days were counted again.")
      }
    }
  }

  private static func tell(_ finding: RollupChecker.Finding, asJSON: Bool) {
    if asJSON { return CommandLineTracker.say(finding.json.text) }
    for difference in finding.differences {
      let bucket = difference.bucket
      CommandLineTracker.say(
        """
        \(bucket.since.rfc3339) \(bucket.span.rawValue) \(difference.grouping?.rawValue ?? "all") \
        \(difference.key ?? "(none)"): rollup \(text(difference.stored)), clicks \(text(difference.counted))
        """)
    }
    CommandLineTracker.say(
      """
      \(finding.checked) hours and days checked, \(finding.differences.count) differences; \(finding.waiting) wait for \
      being counted again, of \(finding.withoutClicks) the clicks are gone.
      """)
  }

  private static func text(_ values: [Int64]?) -> String {
    values.map { $0.map(String.init).joined(separator: "/") } ?? "nothing"
  }
}

extension RollupChecker.Finding {
  fileprivate var json: JSONValue {
    [
      "checked": .int(checked), "waiting": .int(waiting), "without_clicks": .int(withoutClicks),
      "differences": .array(differences.map(\.json)),
    ]
  }
}

extension RollupChecker.Difference {
  fileprivate var json: JSONValue {
    [
      "span": .string(bucket.span.rawValue), "since": JSONValue(bucket.since), "until": JSONValue(bucket.until),
      "grouping": JSONValue(grouping?.rawValue), "key": JSONValue(key), "stored": Self.json(stored),
      "counted": Self.json(counted),
    ]
  }

  /// Clicks, unique, blocked, cost in micros, unconverted.
  private static func json(_ values: [Int64]?) -> JSONValue {
    guard let values, values.count == 5 else { return .null }
    return [
      "clicks": .int(values[0]), "unique": .int(values[1]), "blocked": .int(values[2]),
      "cost": JSONValue(Micros(rawValue: values[3])), "unconverted": .int(values[4]),
    ]
  }
}
