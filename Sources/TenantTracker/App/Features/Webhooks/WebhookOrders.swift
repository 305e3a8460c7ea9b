import Conversions
import Core
import Crypto
import Database

/// What shops' reports come to: each adds to its order, and the order's conversions are what is recorded.
struct WebhookOrders: Sendable {
  let settings: SettingsStore
  private let store = WebhookOrderStore()

  init(settings: SettingsStore) { self.settings = settings }

  func read(_ reading: OrderReading, _ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    switch reading {
    case .ignored(let reason): return .ignored(reason)
    case .refused(let fault): return .refused(fault)
    case .order(let report):
      var facts = report.facts
      facts.emailHash = report.email.map { CustomerEmail.hash($0).hex }
      let order = try await store.add(
        facts, keys: report.keys, from: hit.channel, at: hit.receivedAt, in: scope)
      let all = order.facts.conversions
      guard let last = all.last else {
        return .ignored("The order itself has not been reported yet. This is kept and counts once it has been.")
      }
      let unsettled = try await store.unsettled(all, of: order, in: scope)
      return .order(try await inbound(unsettled.isEmpty ? [last] : unsettled, order, hit, of: scope))
    }
  }

  private func inbound(
    _ conversions: [OrderConversion], _ order: WebhookOrder, _ hit: PostbackHit, of scope: TenantScope
  ) async throws -> [InboundConversion] {
    let window = try await window(of: scope)
    return conversions.enumerated().map { index, conversion in
      let isLast = index == conversions.count - 1
      return InboundConversion(
        reportID: isLast ? nil : hit.id.derived(for: conversion.transactionID), orderClick: order.clickID,
        clickIDs: order.facts.clickIDs, emailHash: order.facts.emailHash.flatMap { [UInt8](hex: $0) },
        address: order.facts.address, isMatchedByCustomer: true, addressWindow: window, type: conversion.type,
        status: conversion.status, scheme: conversion.scheme, statusWord: conversion.word,
        transactionID: conversion.transactionID, parentTransactionID: conversion.parentTransactionID,
        isWholeState: true, payout: conversion.payout.amount, currency: conversion.payout.currency,
        actor: hit.channel.rawValue, products: conversion.products,
        alongside: { [store] recording, connection in
          try await store.confirm(order, recording, in: connection, schema: scope.schema)
        })
    }
  }

  /// An address cut to what it has in common with its neighbours says nothing of one customer.
  private func window(of scope: TenantScope) async throws -> Duration? {
    if try await settings.all(of: scope).anonymizesAddresses { return nil }
    let hours = try await WebhookSettings.load(of: scope).addressHours
    return hours > 0 ? .hours(hours) : nil
  }
}

/// A customer's e-mail address as it is kept and compared.
enum CustomerEmail {
  /// SHA-256 of the address in lower case without blanks around it, which is the form that ad platforms take, too.
  static func hash(_ address: String) -> [UInt8] { Array(SHA256.hash(data: Array(address.trimmed.lowercased().utf8))) }
}

extension UUIDv7 {
  /// Another id of the same moment, always the same one for the same text.
  fileprivate func derived(for text: String) -> UUIDv7 {
    var hash = SHA256()
    hash.update(data: Array("\(self) \(text)".utf8))
    let random = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // The variant's two bits stay.
    return UUIDv7(high: high, low: low & 0xC000_0000_0000_0000 | random & 0x3FFF_FFFF_FFFF_FFFF)
  }
}
