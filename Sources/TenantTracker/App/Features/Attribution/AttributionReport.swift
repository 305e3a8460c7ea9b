import Core

/// Who is credited with how much under each model. It holds a row for each source, campaign or landing page, however many
/// journeys are added.
struct AttributionReport: Sendable {
  struct Credit: Sendable, Hashable {
    /// Micros, by model.
    private(set) var revenue = [Int64](repeating: 0, count: AttributionModel.allCases.count)
    /// Millionths of a conversion, by model.
    private(set) var conversions = [Int64](repeating: 0, count: AttributionModel.allCases.count)
    /// Journeys with at least one of its clicks.
    fileprivate(set) var journeys: Int64 = 0

    func revenue(_ model: AttributionModel) -> Micros { Micros(rawValue: revenue[model.place]) }
    func conversions(_ model: AttributionModel) -> Int64 { conversions[model.place] }

    fileprivate mutating func add(_ model: AttributionModel, revenue more: Int64, conversions moreConversions: Int64) {
      revenue[model.place] = revenue[model.place].adding(more)
      conversions[model.place] = conversions[model.place].adding(moreConversions)
    }
  }

  /// How many journeys have so many clicks.
  struct PathLength: Sendable, Hashable {
    fileprivate(set) var journeys: Int64 = 0
    fileprivate(set) var revenue: Int64 = 0
  }

  private let question: AttributionQuestion
  /// Nil is what has none: a click without a source.
  private(set) var rows: [Int64?: Credit] = [:]
  /// Over all rows.
  private(set) var totals = Credit()
  /// By the number of clicks; ``longestPath`` stands for that many and more.
  private(set) var paths: [Int: PathLength] = [:]

  static let longestPath = 10
  static let wholeConversion: Int64 = 1_000_000

  init(_ question: AttributionQuestion) { self.question = question }

  mutating func add(_ journey: Journey) {
    let ages = journey.ages
    let shown = journey.touches.indices.filter { question.shows(journey.touches[$0]) }
    guard !shown.isEmpty else { return }
    for model in AttributionModel.allCases {
      let halfLife = Double(question.halfLifeDays)
      let revenue = model.shares(of: journey.revenue.rawValue, ages: ages, halfLife: halfLife)
      let conversions = model.shares(
        of: journey.isCounted ? Self.wholeConversion : 0, ages: ages, halfLife: halfLife)
      for index in shown {
        let key = question.key.id(of: journey.touches[index])
        rows[key, default: Credit()].add(model, revenue: revenue[index], conversions: conversions[index])
        totals.add(model, revenue: revenue[index], conversions: conversions[index])
      }
    }
    for key in Set(shown.map { question.key.id(of: journey.touches[$0]) }) { rows[key]?.journeys += 1 }
    totals.journeys += 1
    let length = min(journey.length, Self.longestPath)
    var path = paths[length] ?? PathLength()
    path.journeys += 1
    path.revenue = path.revenue.adding(journey.revenue.rawValue)
    paths[length] = path
  }

  /// Those with the most credit first; ties go by id, so that an answer is repeatable.
  func sorted(by model: AttributionModel) -> [(id: Int64?, credit: Credit)] {
    rows.map { (id: $0.key, credit: $0.value) }.sorted { left, right in
      let (more, less) = (left.credit.revenue(model), right.credit.revenue(model))
      return more == less ? (left.id ?? .max) < (right.id ?? .max) : more > less
    }
  }
}

extension AttributionModel {
  fileprivate var place: Int { AttributionModel.allCases.firstIndex(of: self) ?? 0 }
}

extension Int64 {
  /// Sums beyond 64 bits are nonsense that somebody sent, no reason to stop.
  fileprivate func adding(_ other: Int64) -> Int64 {
    let (sum, overflowed) = addingReportingOverflow(other)
    return overflowed ? (other > 0 ? .max : .min) : sum
  }
}
