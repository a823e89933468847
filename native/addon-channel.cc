// Bindings of channel.h.
#include <memory>

#include "addon.h"
#include "channel.h"

namespace pilotlight {
namespace {

class ChannelHandle : public Napi::ObjectWrap<ChannelHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Channel",
                       {InstanceMethod("send", &ChannelHandle::send), InstanceMethod("close", &ChannelHandle::close)});
  }

  /// new Channel(fd, onMessage(bytes | null, fds)): null when the other end is gone.
  explicit ChannelHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ChannelHandle>(info) {
    socket_ = info[0].As<Napi::Number>().Int32Value();
    on_message_ = Napi::ThreadSafeFunction::New(info.Env(), info[1].As<Napi::Function>(), "pilotlight channel", 0, 1);
    reader_ = std::make_unique<ChannelReader>(socket_, [this](Message* message) { deliver(message); });
    napi_add_env_cleanup_hook(info.Env(), end_of_environment, this);
  }
  ~ChannelHandle() override {
    napi_remove_env_cleanup_hook(Env(), end_of_environment, this);
    end();
  }

 private:
  void deliver(Message* message) {
    auto* owned = message ? new Message(std::move(*message)) : nullptr;
    const napi_status status = on_message_.BlockingCall(
        owned, [](Napi::Env env, Napi::Function call, Message* data) { hand_over(env, call, data); });
    if (status != napi_ok) discard(owned);
  }

  static void discard(Message* message) {
    if (!message) return;
    for (int fd : message->fds) ::close(fd);
    delete message;
  }

  static void hand_over(Napi::Env env, Napi::Function call, Message* data) {
    if (!env) return discard(data);
    std::unique_ptr<Message> message(data);
    from_thread(env, [&] {
      if (!message) {
        call.Call({env.Null(), Napi::Array::New(env)});
        return;
      }
      Napi::Array fds = Napi::Array::New(env, message->fds.size());
      for (uint32_t i = 0; i < message->fds.size(); i++) fds.Set(i, message->fds[i]);
      call.Call({Napi::Buffer<char>::Copy(env, message->bytes.data(), message->bytes.size()), fds});
    });
  }

  /// send(bytes, fds, wait): without `wait` a full queue throws EAGAIN at once
  void send(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      const Napi::Buffer<char> bytes = info[0].As<Napi::Buffer<char>>();
      const Napi::Array given = info[1].As<Napi::Array>();
      std::vector<int> fds;
      for (uint32_t i = 0; i < given.Length(); i++) fds.push_back(given.Get(i).As<Napi::Number>().Int32Value());
      const bool wait = info[2].As<Napi::Boolean>();
      send_message(socket_, std::string(bytes.Data(), bytes.Length()), fds, wait ? WhenFull::kWait : WhenFull::kFail);
    });
  }

  void close(const Napi::CallbackInfo&) { end(); }

  static void end_of_environment(void* self) { static_cast<ChannelHandle*>(self)->end(); }

  void end() {
    if (!reader_) return;
    reader_.reset();
    on_message_.Abort();
  }

  int socket_ = -1;
  Napi::ThreadSafeFunction on_message_;
  std::unique_ptr<ChannelReader> reader_;
};

}  // namespace

void export_channel(Napi::Env env, Napi::Object exports) {
  exports.Set("Channel", ChannelHandle::define(env));
  exports.Set("maxMessageBytes", Napi::Number::New(env, static_cast<double>(kMaxMessageBytes)));
}

}  // namespace pilotlight
