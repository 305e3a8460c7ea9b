import Conversions
import Core
import Web

extension Parts {
  /// Where a conversion stands: the order's word with its icon where there is one, else the status.
  static func status(_ conversion: Conversion, _ icons: IconSet) -> HTML {
    let waits: HTML = conversion.review == .pending ? " " + badge("In review", .warn) : .empty
    guard let scheme = conversion.schemeStatus else { return status(conversion.status.rawValue) + waits }
    return status(scheme, icons) + waits
  }

  static func status(_ scheme: SchemeStatus, _ icons: IconSet) -> HTML {
    let tone: Tone =
      switch scheme {
      case .sale: .good
      case .refunded, .chargeback, .cancelled: .bad
      case .pending, .onHold: .warn
      case .cart, .checkout: .plain
      }
    return """
      <span class="ty-badge ty-badge-icon \(tone.rawValue)" title="\(scheme.explanation)">\
      \(icons(scheme.drawing, small: true))\(scheme.title)</span>
      """
  }
}

extension SchemeStatus {
  /// ``icon`` as a drawing, for machines without such a font.
  fileprivate var drawing: Icon {
    switch self {
    case .cart: .shops
    case .checkout: .checkout
    case .pending: .waiting
    case .sale: .conversions
    case .onHold: .onHold
    case .refunded: .refunded
    case .chargeback: .blacklist
    case .cancelled: .close
    }
  }
}
