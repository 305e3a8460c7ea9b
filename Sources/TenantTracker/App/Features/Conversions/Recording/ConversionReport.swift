import ClickPath
import Conversions
import Core
import Database

/// What somebody says of a conversion of a known click.
struct ConversionReport: Sendable {
  var claim: ConversionClaim
  let click: ClickEvent
  let terms: ConversionTerms
  /// The reporter's own word for the status.
  var originalStatus: String?
  /// What it says of the order, if more than its status.
  var scheme: SchemeStatus? = nil
  var goal: String?
  /// How the click was found.
  var match: ClickMatch
  /// Who says so, for the history: `postback`, `pixel`, `shopify`, `user 7`.
  var actor: String
  /// It tells all there is to tell, not what happened last: its word stays even where the status does not change.
  var isWholeState = false
}

/// How a conversion's click was found. Stored with it and shown: an address is a weaker proof than an id.
enum ClickMatch: String, Sendable, CaseIterable {
  case clickID = "click_id"
  /// A conversion of the same order was known.
  case order
  case email
  case address = "ip"
}

/// A conversion as it has just been written.
struct WrittenConversion: Sendable {
  let conversion: Conversion
  /// Nil when it is new.
  let before: Conversion?
  /// Nil when retention has dropped it.
  let click: ClickEvent?
  let actor: String

  var isNew: Bool { before == nil }
  var statusChanged: Bool { before?.status != conversion.status }
}

/// Something that follows from a conversion, such as a postback to the click's source.
protocol ConversionFollower: Sendable {
  /// Whether there may be anything for it to do; asked before the conversion is written. Of others it is not told.
  func concerns(_ conversion: Conversion, _ terms: ConversionTerms) -> Bool

  /// Told of each conversion that is made or changed, in the transaction which writes it: what is written here is
  /// committed with it, or not at all, and so is done once.
  func follow(_ written: WrittenConversion, in connection: Connection, of scope: TenantScope) async throws
}

extension ConversionFollower {
  func concerns(_ conversion: Conversion, _ terms: ConversionTerms) -> Bool { true }
}
