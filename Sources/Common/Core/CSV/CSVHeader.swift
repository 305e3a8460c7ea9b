/// The first row of a CSV file: which column has which name. Case and blanks around do not matter.
public struct CSVHeader: Sendable, Hashable {
  /// As they stand in the file, trimmed.
  public let names: [String]
  /// Names that more than one column has, as the second of them is written.
  public let duplicates: [String]
  private let places: [String: Int]

  public init(_ row: CSVRow) {
    names = row.cells.indices.map { row.text($0) }
    var places: [String: Int] = [:]
    var duplicates: [String] = []
    for (index, name) in names.enumerated() where !name.isEmpty {
      if places.updateValue(places[name.lowercased()] ?? index, forKey: name.lowercased()) != nil {
        duplicates.append(name)
      }
    }
    (self.places, self.duplicates) = (places, duplicates)
  }

  /// The column of that name; nil if there is none.
  public func column(_ name: String) -> Int? { places[name.lowercased()] }

  /// The row's cell in that column, trimmed and without a formula's guard; nil if there is no such column.
  public func text(_ name: String, in row: CSVRow) -> String? { column(name).map { row.text($0) } }
}
