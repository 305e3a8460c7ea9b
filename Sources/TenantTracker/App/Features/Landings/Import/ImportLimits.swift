import Core

/// How much an import may bring.
struct ImportLimits: Sendable {
  var files = 200
  var fileBytes = 5 << 20
  /// Of all files together, unpacked.
  var totalBytes = 25 << 20
  /// Redirects of one address, each checked like the first.
  var redirects = 5
  /// For one file, and for everything.
  var fileTimeout = Duration.seconds(15)
  var totalTimeout = Duration.seconds(120)
  var transfersAtOnce = 6
}

/// Why an import came to nothing, as a sentence.
struct ImportFailure: Error, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A page with its files, wherever it came from: what is left is to give it an id and write the addresses.
struct ImportedPage: Sendable {
  /// UTF-8.
  var html: [UInt8]
  /// Where the page's own addresses start; nil for pasted HTML.
  var base: String?
  /// By absolute address.
  var files: [String: LandingAsset] = [:]
  /// Of style sheets among them: where their own addresses start.
  var styleBases: [String: String] = [:]
  /// What could not be taken along, a sentence each.
  var notes: [String] = []

  /// More notes than these are summed up.
  static let notesLimit = 60

  mutating func note(_ text: String) {
    guard notes.count <= Self.notesLimit else { return }
    notes.append(notes.count < Self.notesLimit ? String(text.prefix(400)) : "More could not be taken along.")
  }
}
