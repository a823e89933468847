#include "unwind-tables.h"

#include <string.h>

#include <algorithm>

namespace pilotlight {
namespace {

/// Tables leave the first shard to mappings, which come and go with every exec.
constexpr uint32_t kFirstTableShard = 1;
/// Rows are placed in pieces of so many words, which small gaps can take too.
constexpr uint32_t kPieceWords = 1 << 17;
constexpr uint32_t kRuleWords = sizeof(pl_rule) / 4;
constexpr uint32_t kMaxRules = 65536;
constexpr uint32_t kMaxPageRows = 1 << PL_PAGE_BITS;

bool read_header(TableBytes bytes, pl_table_header& header) {
  if (bytes.size < sizeof header) return false;
  memcpy(&header, bytes.data, sizeof header);
  if (header.magic != PL_TABLE_MAGIC || header.version != PL_TABLE_VERSION) return false;
  if (header.rule_count > kMaxRules || header.page_count > PL_MAX_PAGES) return false;
  const uint64_t size = sizeof header + uint64_t{header.rule_count} * sizeof(pl_rule) +
                        uint64_t{header.page_count} * sizeof(pl_page) + uint64_t{header.row_count} * 4;
  return size == bytes.size;
}

const pl_page* pages_of(const pl_table_header& header, TableBytes bytes) {
  return reinterpret_cast<const pl_page*>(bytes.data + sizeof header + header.rule_count * sizeof(pl_rule));
}

bool pages_fit(const pl_table_header& header, const pl_page* pages) {
  return std::all_of(pages, pages + header.page_count, [&](const pl_page& page) {
    return page.rows <= kMaxPageRows && uint64_t{page.first_row} + page.rows <= header.row_count;
  });
}

}  // namespace

UnwindTables::UnwindTables(Arena& arena, pl_object* objects) : arena_(arena), objects_(objects), slots_(PL_MAX_OBJECTS) {
  memset(objects, 0, PL_MAX_OBJECTS * sizeof *objects);
  objects[PL_ANONYMOUS_OBJECT].state = PL_OBJECT_ANONYMOUS;
  for (uint32_t i = PL_MAX_OBJECTS - 1; i > PL_ANONYMOUS_OBJECT; i--) free_slots_.push_back(i);
}

uint32_t UnwindTables::refer(const std::string& key) {
  if (key.empty()) return PL_ANONYMOUS_OBJECT;
  const auto known = numbers_.find(key);
  if (known != numbers_.end()) {
    slots_[known->second].references++;
    return known->second;
  }
  if (free_slots_.empty()) free_unreferenced();
  if (free_slots_.empty()) return PL_ANONYMOUS_OBJECT;
  const uint32_t object = free_slots_.back();
  free_slots_.pop_back();
  slots_[object] = {key, "", 1};
  objects_[object] = {};
  numbers_.emplace(key, object);
  objects_made_++;
  end_ = std::max(end_, object + 1);
  return object;
}

void UnwindTables::drop(uint32_t object) {
  if (object != PL_ANONYMOUS_OBJECT) slots_[object].references--;
}

/// Objects are kept while there is room: the next process of a build maps the same ones again.
void UnwindTables::free_unreferenced() {
  for (uint32_t object = 1; object < PL_MAX_OBJECTS; object++) {
    if (slots_[object].key.empty() || slots_[object].references) continue;
    objects_[object].state = PL_OBJECT_WAITING;
    numbers_.erase(slots_[object].key);
    slots_[object] = {};
    free_slots_.push_back(object);
  }
}

bool UnwindTables::attach(const std::string& key, const std::string& content) {
  const auto number = numbers_.find(key);
  const auto table = tables_.find(content);
  if (table == tables_.end()) return false;
  if (number == numbers_.end()) return true;  // forgotten meanwhile
  slots_[number->second].content = content;
  slots_[number->second].ask = slots_[number->second].asked_for = false;
  publish(number->second, table->second);
  return true;
}

UnwindTables::Load UnwindTables::load(const std::string& key, const std::string& content, TableBytes bytes, bool evict) {
  if (attach(key, content)) return Load::kLoaded;
  pl_table_header header;
  if (!read_header(bytes, header) || !pages_fit(header, pages_of(header, bytes))) return Load::kMalformed;
  Table table;
  if (!place(header, bytes, table)) {
    for (const WordRange& range : table.ranges) arena_.cancel(range);
    // What was evicted a moment ago and is not free yet counts: nothing goes twice for one table.
    const uint64_t needed = uint64_t{header.rule_count} * kRuleWords + uint64_t{header.page_count} * 2 + header.row_count;
    for (uint64_t freed = arena_.released_words(); evict && freed < needed;) {
      const uint64_t words = evict_oldest();
      if (!words) break;
      freed += words;
    }
    return Load::kNoRoom;
  }
  table_words_ += table.words;
  tables_.insert_or_assign(content, std::move(table));
  attach(key, content);
  return Load::kLoaded;
}

void UnwindTables::mark_without(const std::string& key) {
  const auto number = numbers_.find(key);
  if (number != numbers_.end()) objects_[number->second].state = PL_OBJECT_NO_TABLE;
}

WordRange UnwindTables::take(uint32_t words, Table& table) {
  const auto range = arena_.allocate(words, kFirstTableShard);
  if (!range || !arena_.at(range->word)) return {};
  table.ranges.push_back(*range);
  table.words += words;
  return *range;
}

bool UnwindTables::place(const pl_table_header& header, TableBytes bytes, Table& table) {
  const auto* rules = bytes.data + sizeof header;
  const auto* pages = pages_of(header, bytes);
  const auto* rows = reinterpret_cast<const uint32_t*>(pages + header.page_count);
  if (!header.rule_count || !header.page_count) return true;  // a table without rows
  const WordRange rule_words = take(header.rule_count * kRuleWords, table);
  const WordRange page_words = take(header.page_count * 2, table);
  if (!rule_words.words || !page_words.words) return false;
  memcpy(arena_.at(rule_words.word), rules, header.rule_count * sizeof(pl_rule));
  table.rules = rule_words.word;
  table.rule_count = header.rule_count;
  table.pages = page_words.word;
  table.page_count = header.page_count;
  table.first_page = header.first_page;
  return place_rows(header, pages, rows, table);
}

bool UnwindTables::place_rows(const pl_table_header& header, const pl_page* pages, const uint32_t* rows, Table& table) {
  auto* placed = reinterpret_cast<pl_page*>(arena_.at(table.pages));
  for (uint32_t first = 0; first < header.page_count;) {
    uint32_t end = first, words = 0;
    for (; end < header.page_count; end++) {
      const pl_page& page = pages[end];
      if (words && words + page.rows > kPieceWords) break;
      words += page.rows;
    }
    const WordRange piece = words ? take(words, table) : WordRange{};
    if (words && !piece.words) return false;
    uint32_t at = piece.word;
    for (; first < end; first++) {
      const pl_page& page = pages[first];
      if (page.rows) memcpy(arena_.at(at), rows + page.first_row, page.rows * 4);
      placed[first] = {at, page.rows};
      at += page.rows;
    }
  }
  return true;
}

void UnwindTables::publish(uint32_t number, const Table& table) {
  pl_object& object = objects_[number];
  object.rules = table.rules;
  object.rule_count = table.rule_count;
  object.pages = table.pages;
  object.first_page = table.first_page;
  object.page_count = table.page_count;
  // Last: from here on walks use it.
  __atomic_store_n(&object.state, table.page_count ? PL_OBJECT_LOADED : PL_OBJECT_NO_TABLE, __ATOMIC_RELEASE);
}

/// Gives the words that become free; 0 where no table is left.
uint64_t UnwindTables::evict_oldest() {
  std::map<std::string, uint32_t> used;  // content -> second of its last use, of any object that has it
  for (const auto& [key, number] : numbers_) {
    uint32_t& at = used[slots_[number].content];
    at = std::max(at, objects_[number].used_at_s);
  }
  auto oldest = tables_.end();
  for (auto table = tables_.begin(); table != tables_.end(); ++table) {
    if (oldest == tables_.end() || used[table->first] < used[oldest->first]) oldest = table;
  }
  if (oldest == tables_.end()) return 0;
  for (const auto& [key, number] : numbers_) {
    if (slots_[number].content != oldest->first) continue;
    objects_[number].state = PL_OBJECT_WAITING;
    objects_[number].used_at_s = 0;
    slots_[number].asked_for = false;
  }
  const uint64_t words = oldest->second.words;
  for (const WordRange& range : oldest->second.ranges) arena_.release(range);
  table_words_ -= words;
  tables_.erase(oldest);
  evictions_++;
  return words;
}

void UnwindTables::ask_for(const std::string& key) {
  const auto number = numbers_.find(key);
  if (number != numbers_.end()) slots_[number->second].ask = true;
}

bool UnwindTables::has_wanted() const {
  // Asked many times a second: by number, not by key.
  for (uint32_t object = 1; object < end_; object++) {
    if (is_wanted(object)) return true;
  }
  return false;
}

std::vector<std::string> UnwindTables::take_wanted() {
  std::vector<std::string> keys;
  for (uint32_t object = 1; object < end_; object++) {
    if (!is_wanted(object)) continue;
    slots_[object].asked_for = true;
    keys.push_back(slots_[object].key);
  }
  return keys;
}

}  // namespace pilotlight
