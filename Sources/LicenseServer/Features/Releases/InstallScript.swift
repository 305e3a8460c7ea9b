import Core
import FoundationEssentials

/// `GET /install.sh`: `ops/install.sh` with this server's address, brand and release key written into its first lines.
struct InstallScript: Sendable {
  /// What the server fills in. Each is a line `name=value` of the script.
  struct Values: Sendable {
    /// Without a trailing slash.
    var serverURL: String
    var productName: String
    /// PEM; empty while there is no release key, which the script then says.
    var releaseKey: String
  }

  private let lines: [Substring]

  /// Nil when the program's files lack the script.
  init?(home: Home) {
    guard let data = FileManager.default.contents(atPath: "\(home.path)/ops/install.sh") else { return nil }
    self.init(text: String(decoding: data, as: UTF8.self))
  }

  init(text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  func text(_ values: Values) -> String {
    let variables = [
      "server_url": values.serverURL, "product_name": values.productName, "release_key": values.releaseKey.trimmed,
    ]
    return lines.map { line in
      guard let equals = line.firstIndex(of: "="), let value = variables[String(line[..<equals])] else {
        return String(line)
      }
      return "\(line[..<equals])=\(Self.quoted(value))"
    }.joined(separator: "\n")
  }

  /// As one word of a shell, whatever it holds.
  static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: #"'\''"#))'" }

  /// What a customer pastes to install a tracker.
  static func command(publicURL: String, key: String) -> String {
    "curl -sSL \(publicURL)/install.sh | bash -s -- \(key)"
  }
}
