public import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How log lines look: for people or for machines.
public enum LogFormat: String, Sendable, CaseIterable {
  case text, json
}

/// Our one log output: standard error, a line an event, metadata as fields.
public enum LogSetup {
  /// Call once, before the first logger is made.
  public static func bootstrap(level: Logger.Level, format: LogFormat) {
    LoggingSystem.bootstrap { label in LineLogHandler(label: label, level: level, format: format) }
  }
}

struct LineLogHandler: LogHandler {
  let label: String
  var logLevel: Logger.Level
  let format: LogFormat
  var metadata: Logger.Metadata = [:]

  init(label: String, level: Logger.Level, format: LogFormat) {
    self.label = label
    self.logLevel = level
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    line(for: event, at: SystemClock().now()).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// The event with its line end, and nothing else that could end a line or steer a terminal.
  func line(for event: LogEvent, at moment: Timestamp) -> [UInt8] {
    var known = metadata.merging(event.metadata ?? [:]) { _, new in new }
    if let error = event.error { known["error"] = "\(error)" }
    let fields = known.sorted { $0.key < $1.key }
    let time = moment.rfc3339
    var line: [UInt8] = []
    switch format {
    case .text:
      var text = "\(time) \(event.level.rawValue) \(label): \(event.message)"
      for (key, value) in fields { text += " \(key)=\(value)" }
      // Scalar by scalar: as a character a carriage return with its line feed is no line feed.
      for scalar in text.unicodeScalars {
        let isControl = scalar.properties.generalCategory == .control
        line.append(contentsOf: (isControl ? scalar.escaped(asASCII: true) : String(scalar)).utf8)
      }
    case .json:
      var object: JSONObject = [
        "ts": .string(time), "level": .string(event.level.rawValue), "logger": .string(label),
        "message": .string(event.message.description),
      ]
      for (key, value) in fields { object[key] = .string(value.description) }
      line = JSONValue.object(object).utf8
    }
    line.append(0x0A)
    return line
  }
}
