/// Every problem of a configuration at once, a line each, naming the variable and what it should be.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  public let problems: [String]
  public init(problems: [String]) { self.problems = problems }
  public var description: String { problems.joined(separator: "\n") }
}

/// Reads settings from environment variables. It goes on past a fault; `finish()` throws all of them.
/// Values never appear in a message: some are credentials.
public struct EnvironmentReader {
  private let variables: [String: String]
  private var problems: [String] = []

  public init(_ variables: [String: String]) { self.variables = variables }

  /// A variable set to nothing counts as not set.
  private func raw(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  public mutating func required<T>(_ name: String, _ expected: String, parse: (String) -> T?) -> T? {
    guard let text = raw(name) else {
      problems.append("\(name) is missing: it must be \(expected)")
      return nil
    }
    return parsed(name, text, expected, parse)
  }

  public mutating func optional<T>(_ name: String, _ expected: String, parse: (String) -> T?) -> T? {
    raw(name).flatMap { parsed(name, $0, expected, parse) }
  }

  public mutating func optional<T>(_ name: String, default standard: T, _ expected: String, parse: (String) -> T?) -> T
  {
    optional(name, expected, parse: parse) ?? standard
  }

  private mutating func parsed<T>(_ name: String, _ text: String, _ expected: String, _ parse: (String) -> T?) -> T? {
    if let value = parse(text) { return value }
    problems.append("\(name) is wrong: it must be \(expected)")
    return nil
  }

  public mutating func fault(_ problem: String) { problems.append(problem) }

  public func finish() throws(ConfigurationError) {
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
  }
}
