import Conversions
import Core
import Database

/// What the pixel's event is as a conversion. Hits of its channel hold a ``PixelReport/json``.
struct PixelReader: InboundReader {
  private let store = PixelStore()

  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    guard let object = try? JSONValue.parse(hit.body).objectValue, let report = try? PixelReport(object) else {
      return .refused(.badBody(reason: "it is no event of the pixel"))
    }
    if let eventID = report.eventID,
      try await store.conversion(ofEvent: eventID, click: report.click, in: scope) != nil
    {
      return .ignored("This event has been recorded before.")
    }
    return .conversion(conversion(report, of: scope.schema))
  }

  private func conversion(_ report: PixelReport, of schema: SchemaName) -> InboundConversion {
    var conversion = InboundConversion(clickIDs: [report.click])
    conversion.emailHash = report.email?.bytes
    conversion.type = report.kind == PixelReport.purchase ? .sale : ConversionType(rawValue: report.kind)
    // A lead is worth what the page says; without a word it is only announced.
    conversion.status = conversion.type == .lead && report.value ?? .zero == .zero ? .lead : .sale
    conversion.transactionID = report.orderID
    conversion.payout = report.value
    // The offer's payout is for a sale, not for whatever else a page tells of.
    conversion.paysByGoalOnly = conversion.type != .sale
    conversion.goalWords = [report.kind]
    conversion.currency = report.currency
    conversion.actor = "pixel"
    conversion.products = report.purchases
    guard let eventID = report.eventID else { return conversion }
    let click = report.click
    conversion.alongside = { [store] recording, connection in
      let isFirst = try await store.note(
        recording.conversionID, ofEvent: eventID, click: click, in: connection, schema: schema)
      guard isFirst else { throw ConversionRecorder.AlreadyRecorded(recording: .repeated(recording.conversionID)) }
    }
    return conversion
  }
}
