#include "drain.h"

#include <algorithm>

namespace pilotlight {
namespace {

constexpr uint64_t kMs = 1000000;
/// So long after a side-band record the next one is looked for more often.
constexpr uint64_t kBusyNs = 200 * kMs;
constexpr uint32_t kBusyFactor = 5;
/// What is read and not handed on.
constexpr size_t kMaxHeldBytes = 4 << 20;

template <typename Reader>
void read_into(Batch& batch, std::map<int, Reader>& readers, bool sideband) {
  for (auto& [cpu, reader] : readers) {
    const size_t offset = batch.bytes.size();
    reader.read(batch.bytes);
    const size_t size = batch.bytes.size() - offset;
    if (size) batch.chunks.push_back({cpu, sideband, offset, size});
  }
}

}  // namespace

Drain::Drain(uint32_t log_bytes, uint32_t interval_ms, uint32_t leisure_ms, std::shared_ptr<UnwindMaps> maps,
             Deliver deliver)
    : log_bytes_(log_bytes),
      interval_ms_(interval_ms),
      leisure_ms_(leisure_ms),
      maps_(std::move(maps)),
      deliver_(std::move(deliver)) {}

void Drain::add_log(int cpu, int fd) {
  LogReader reader(cpu, fd, log_bytes_);
  std::lock_guard<std::mutex> lock(mutex_);
  logs_.insert_or_assign(cpu, std::move(reader));
}

void Drain::add_sideband(int cpu, int fd) {
  SidebandReader reader(cpu, fd);
  std::lock_guard<std::mutex> lock(mutex_);
  sidebands_.insert_or_assign(cpu, std::move(reader));
}

void Drain::remove_sideband(int cpu) {
  std::lock_guard<std::mutex> lock(mutex_);
  sidebands_.erase(cpu);
}

uint64_t Drain::request() {
  std::lock_guard<std::mutex> lock(mutex_);
  wake_.notify_all();
  return ++requested_;
}

// With mutex_ held.
void Drain::read_all() {
  Batch batch;
  batch.read_at_ns = read_at_ns_ = monotonic_ns();
  // Logs first: what a sample's mappings were is then in this batch or an earlier one.
  read_into(batch, logs_, false);
  read_into(batch, sidebands_, true);
  if (batch.has_sideband()) busy_until_ns_ = read_at_ns_ + kBusyNs;
  maps_->take_in(batch);
  held_.append(std::move(batch));
}

// With mutex_ held.
bool Drain::readable() const {
  if (requested_ > answered_ || monotonic_ns() - read_at_ns_ >= leisure_ms_ * kMs) return true;
  const auto filling = [this](const auto& item) { return item.second.unread_bytes() >= log_bytes_ / 8; };
  if (std::any_of(logs_.begin(), logs_.end(), filling)) return true;
  if (std::any_of(sidebands_.begin(), sidebands_.end(), [](const auto& item) { return item.second.has_records(); }))
    return true;
  return maps_->has_wanted();
}

// With mutex_ held.
bool Drain::deliverable() const {
  // A file that is new may be gone soon: it is to be opened while it can be.
  if (requested_ > answered_ || held_.new_objects) return true;
  if (held_.chunks.empty() && held_.wanted.empty()) return false;
  const uint64_t waited_ns = monotonic_ns() - delivered_at_ns_;
  if (waited_ns >= leisure_ms_ * kMs || held_.bytes.size() >= kMaxHeldBytes) return true;
  return waited_ns >= interval_ms_ * kMs && (held_.has_sideband() || !held_.wanted.empty());
}

void Drain::start() {
  thread_ = std::thread([this] { run(); });
}

void Drain::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const uint32_t wait_ms = monotonic_ns() < busy_until_ns_ ? interval_ms_ / kBusyFactor : interval_ms_;
    wake_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return stopping_ || requested_ > answered_; });
    if (stopping_) return;
    // A receiver that is behind leaves the records in the rings, where the program counts what no longer fits.
    const bool asked = requested_ > answered_;
    if (held_.bytes.size() >= kMaxHeldBytes && !asked && !deliver_(nullptr)) continue;
    if (readable()) read_all();
    if (!deliverable() || (!asked && !deliver_(nullptr))) continue;
    held_.request = answered_ = requested_;
    delivered_at_ns_ = monotonic_ns();
    deliver_(&held_);
    held_ = {};
  }
}

void Drain::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace pilotlight
