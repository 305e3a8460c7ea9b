/// One entry of the pattern file: a regular expression, and what a text that matches it is called.
struct PatternRule: Equatable, Sendable {
  /// Where it stands in the file, from 1.
  var line: Int
  var regex: String
  var ignoresCase = false
  /// With `$1`...`$9` for what the groups have matched; nil for the first group as it is.
  var family: String?
}

/// The three questions that the pattern file answers, each by rules of its own.
enum PatternKind: String, CaseIterable, Sendable {
  case browser = "user_agent_parsers"
  case os = "os_parsers"
  case device = "device_parsers"

  /// The key that names the family.
  var familyKey: String {
    switch self {
    case .browser: "family_replacement"
    case .os: "os_replacement"
    case .device: "device_replacement"
    }
  }

  /// Keys that say more than is asked here: versions, brand and model of their own.
  var otherKeys: Set<String> {
    switch self {
    case .browser: ["v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement"]
    case .os: ["os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"]
    case .device: ["brand_replacement", "model_replacement"]
    }
  }
}
