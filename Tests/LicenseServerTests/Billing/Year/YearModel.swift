import Foundation

/// What a buyer's books must come to, worked out without any of the server's code: whole cents and exact fractions,
/// seconds since 1970, Foundation's calendar. It follows the documented rules, not the implementation.
struct YearModel {
  enum State: String { case active, pastDue, suspended, canceled, expired }

  struct Bill {
    var total: Int
    var tax: Int
    var due: Int
    var applied: Int
    var isReduced: Bool
    var from: Int
    var to: Int
    let issued: Int
    var attempt = 0
    var ordinal: Int?
    var isVoid = false
    /// What came in for it, and what of that went back.
    var received = 0
    var returned = 0
    var credited = 0
    var creditedTax = 0

    var isOpen: Bool { due > 0 && !isVoid }
  }

  static let prices: [String: (usd: (Int, Int), eur: (Int, Int), rank: Int)] = [
    "starter": ((1_900, 19_000), (1_800, 18_000), 1), "pro": ((7_900, 79_000), (7_400, 74_000), 2),
    "enterprise": ((24_900, 249_000), (22_900, 229_000), 3),
  ]
  private static let day = 86_400

  let buyer: YearScript.Buyer
  private(set) var plan: String
  private(set) var isYearly: Bool
  private(set) var state = State.active
  private(set) var bills: [Bill] = []
  private(set) var balance = 0
  private(set) var cash = 0
  private var anchor: Int
  private var from: Int
  private var to: Int
  private var couponLeft: Int?
  private var scheduled: (plan: String, isYearly: Bool)?
  private var endsWithPeriod = false
  private var ended: Int?
  private var collected = 0

  /// The order, paid by transfer at once.
  init(_ buyer: YearScript.Buyer, at now: Int) {
    self.buyer = buyer
    plan = buyer.plan
    isYearly = buyer.isYearly
    anchor = now
    from = now
    to = Self.end(of: 1, from: now, isYearly: buyer.isYearly)
    couponLeft = buyer.coupon.map { $0 == "FIFTH3" ? 3 : $0 == "HALFONCE" ? 1 : .max } ?? 0
    charge(price, whole: true, from: from, to: to, at: now)
    useCoupon()
    receive(bills.count - 1)
    state = .active
  }

  // Rules

  private var price: Int { Self.price(plan, isYearly: isYearly, isEuro: buyer.isEuro) }
  private var hasCoupon: Bool { (couponLeft ?? 0) > 0 }

  static func price(_ plan: String, isYearly: Bool, isEuro: Bool) -> Int {
    guard let row = prices[plan] else { return 0 }
    let pair = isEuro ? row.eur : row.usd
    return isYearly ? pair.1 : pair.0
  }

  /// The whole number nearest to a fraction that is not below zero; the even one of two: floor(x + 1/2), one less for an
  /// odd result that lay half-way.
  static func nearest(_ numerator: Int, _ denominator: Int) -> Int {
    let (quotient, remainder) = (2 * numerator + denominator).quotientAndRemainder(dividingBy: 2 * denominator)
    return remainder == 0 && quotient % 2 == 1 ? quotient - 1 : quotient
  }

  /// When period number `count` ends. A month's missing days are its last: Foundation's own rule.
  private static func end(of count: Int, from anchor: Int, isYearly: Bool) -> Int {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .gmt
    let date = Date(timeIntervalSince1970: TimeInterval(anchor))
    let end = calendar.date(byAdding: .month, value: isYearly ? 12 * count : count, to: date) ?? date
    return Int(end.timeIntervalSince1970)
  }

  private func tax(on amount: Int) -> Int {
    switch (buyer.country, buyer.vatID) {
    case ("DE", _): Self.nearest(amount * 19, 100)
    case ("FR", nil): Self.nearest(amount * 20, 120)
    default: 0
    }
  }

  /// - Parameter part: what of a period is charged, in seconds.
  private func discount(on amount: Int, _ part: (left: Int, of: Int)) -> Int {
    switch buyer.coupon {
    case "FIFTH3": Self.nearest(amount * 20, 100)
    case "HALFONCE": Self.nearest(amount, 2)
    case "FIVEUSD", "FIVEEUR": min(amount, Self.nearest(500 * part.left, part.of))
    default: 0
    }
  }

  private mutating func useCoupon() {
    if let left = couponLeft, left > 0, left != .max { couponLeft = left - 1 }
  }

  /// - Parameter reduced: whether the coupon counts; nil: as it does for a new period.
  private mutating func charge(
    _ amount: Int, whole: Bool, reduced: Bool? = nil, part: (left: Int, of: Int) = (1, 1), from: Int, to: Int,
    at now: Int
  ) {
    let isReduced = reduced ?? hasCoupon
    let off = isReduced ? discount(on: amount, part) : 0
    let taxable = amount - off
    let tax = tax(on: taxable)
    let total = buyer.country == "DE" ? taxable + tax : taxable
    let applied = min(balance, total)
    balance -= applied
    bills.append(
      Bill(
        total: total, tax: tax, due: total - applied, applied: applied, isReduced: isReduced && off > 0, from: from,
        to: to, issued: now))
    if total > applied, state != .suspended { state = .pastDue }
  }

  private mutating func receive(_ index: Int) {
    cash += bills[index].due
    bills[index].received = bills[index].due
    bills[index].due = 0
    if !bills.contains(where: \.isOpen), state == .pastDue || state == .suspended { state = .active }
  }

  /// A credit note over a paid bill.
  private mutating func giveBack(_ index: Int, _ amount: Int, refund: Bool) {
    var bill = bills[index]
    bill.credited += amount
    let tax = Self.nearest(bill.tax * bill.credited, bill.total)
    bill.creditedTax = tax
    let back = refund ? min(amount, bill.received - bill.returned) : 0
    bill.returned += back
    cash -= back
    balance += amount - back
    bills[index] = bill
  }

  private mutating func withdrawOpen() {
    for index in bills.indices where bills[index].isOpen {
      balance += bills[index].applied
      bills[index].isVoid = true
      bills[index].due = 0
    }
  }

  /// The paid bill that the rest of the period is charged to, and what of it is not used yet.
  private func unused(at now: Int) -> (index: Int, amount: Int)? {
    let paid = bills.indices.filter { !bills[$0].isOpen && !bills[$0].isVoid && bills[$0].to == to }
    guard let index = paid.max(by: { (bills[$0].from, $0) < (bills[$1].from, $1) }) else { return nil }
    let bill = bills[index]
    let left = min(max(0, bill.to - now), bill.to - bill.from)
    return (index, min(Self.nearest(bill.total * left, bill.to - bill.from), bill.total - bill.credited))
  }

  // What buyer and staff do. False when it must be refused.

  mutating func act(_ act: YearScript.Act, at now: Int) -> Bool {
    switch act {
    case .change(let plan, let yearly): return change(plan, yearly, at: now)
    case .cancelAtEnd:
      guard state == .active || state == .pastDue else { return false }
      endsWithPeriod = true
      scheduled = nil
      return true
    case .cancelNow(let refund):
      guard state != .canceled, state != .expired else { return false }
      withdrawOpen()
      if let (index, amount) = unused(at: now), amount > 0 { giveBack(index, amount, refund: refund) }
      state = .canceled
      ended = now
      return true
    case .transfer:
      guard let index = bills.firstIndex(where: \.isOpen) else { return false }
      receive(index)
      return true
    case .giveBackHalf:
      guard let index = bills.lastIndex(where: { !$0.isOpen && !$0.isVoid }) else { return false }
      let amount = Self.nearest(bills[index].total, 2)
      guard amount > 0, bills[index].credited + amount <= bills[index].total else { return false }
      giveBack(index, amount, refund: true)
      return true
    }
  }

  private mutating func change(_ other: String, _ yearly: Bool, at now: Int) -> Bool {
    guard state == .active, now < to else { return false }
    if other == plan, yearly == isYearly {
      guard scheduled != nil else { return false }
      scheduled = nil
      return true
    }
    let (had, wanted) = (Self.prices[plan]?.rank ?? 0, Self.prices[other]?.rank ?? 0)
    guard wanted > had || (wanted == had && yearly && !isYearly) else {
      scheduled = (other, yearly)
      endsWithPeriod = false
      return true
    }
    let covering = unused(at: now)
    let wasReduced = covering.map { bills[$0.index].isReduced } ?? false
    if let covering, covering.amount > 0 { giveBack(covering.index, covering.amount, refund: false) }
    let restarts = yearly != isYearly
    let part = (left: to - now, of: to - from)
    plan = other
    isYearly = yearly
    scheduled = nil
    if restarts {
      let reduced = hasCoupon
      anchor = now
      from = now
      to = Self.end(of: 1, from: now, isYearly: yearly)
      charge(price, whole: true, reduced: reduced, from: from, to: to, at: now)
      useCoupon()
    } else {
      charge(
        Self.nearest(price * part.left, part.of), whole: false, reduced: wasReduced, part: part, from: now, to: to,
        at: now)
    }
    return true
  }

  // What the night brings

  mutating func run(at now: Int, today: Int) {
    while state == .active || state == .pastDue, to <= now {
      if endsWithPeriod {
        state = .canceled
        ended = to
      } else {
        renew(at: now)
      }
    }
    for index in bills.indices where bills[index].isOpen && (state == .pastDue || state == .suspended) {
      collect(index, at: now, today: today)
    }
    guard let oldest = bills.first(where: \.isOpen)?.issued else { return }
    if state == .pastDue, oldest + 21 * Self.day <= now {
      state = .suspended
    } else if state == .suspended, oldest + 60 * Self.day <= now {
      withdrawOpen()
      state = .expired
      ended = now
    }
  }

  private mutating func renew(at now: Int) {
    if let next = scheduled {
      if next.isYearly != isYearly { anchor = to }
      plan = next.plan
      isYearly = next.isYearly
      scheduled = nil
    }
    from = to
    var count = 1
    while Self.end(of: count, from: anchor, isYearly: isYearly) <= from { count += 1 }
    to = Self.end(of: count, from: anchor, isYearly: isYearly)
    charge(price, whole: true, from: from, to: to, at: now)
    useCoupon()
  }

  private mutating func collect(_ index: Int, at now: Int, today: Int) {
    let due = [0, 1, 3, 5, 7].filter { bills[index].issued + $0 * Self.day <= now }.count
    guard due > bills[index].attempt else { return }
    bills[index].attempt = due
    let ordinal = bills[index].ordinal ?? collected
    if bills[index].ordinal == nil { collected += 1 }
    bills[index].ordinal = ordinal
    if Self.pays(buyer.card, invoice: ordinal, attempt: due, today: today) { receive(index) }
  }

  static func pays(_ card: YearScript.Card, invoice: Int, attempt: Int, today: Int) -> Bool {
    switch card {
    case .good: true
    case .hiccup(let bad, let declined): invoice != bad || attempt > declined
    case .dead(let from): today < from
    }
  }

  // What must be seen

  func licence(at now: Int) -> String {
    switch state {
    case .active: return "active"
    case .suspended: return "suspended"
    case .canceled, .expired: return "expired"
    case .pastDue:
      let unpaid = bills.first(where: \.isOpen)?.issued ?? now
      let last = endsWithPeriod ? to : unpaid + 21 * Self.day
      if now < min(unpaid + 7 * Self.day, last) { return "active" }
      return now < last ? "overdue" : "expired"
    }
  }

  /// Whether the night has renewed it.
  func isRenewed(at now: Int) -> Bool { now < to }

  /// A month's worth of it.
  var recurring: Int { state == .active || state == .pastDue ? isYearly ? Self.nearest(price, 12) : price : 0 }
  var earnedTax: Int { bills.filter { !$0.isVoid }.reduce(0) { $0 + $1.tax - $1.creditedTax } }
  var earned: Int { bills.filter { !$0.isVoid }.reduce(0) { $0 + $1.total - $1.credited } - earnedTax }
  var owed: Int { bills.reduce(0) { $0 + $1.due } }
}
