// oneDNN's primitives behind one signature each, for 2.x (operation descriptors) and 3.x (none) alike.
// The branches for 3.x are compiled and tested by hand, with 3.2: the builds of `npm run check` have 2.6.
#pragma once

#include <optional>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

namespace plimsoll::onednn {

using dnnl::algorithm;
using dnnl::engine;
using dnnl::memory;
using dnnl::post_ops;
using dnnl::primitive_attr;
using dnnl::prop_kind;

// Height, then width.
struct Window {
  memory::dims kernel, stride, padBefore, padAfter;
};

// Those below return nothing where oneDNN has no implementation of what they are asked for.
template <typename Descriptor, typename Make>
std::optional<Descriptor> tried(const Make& make) {
  try {
    Descriptor descriptor = make();
    if (descriptor.get(true) == nullptr) return std::nullopt;
    return descriptor;
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) throw;
    return std::nullopt;
  }
}

using ConvolutionDesc = dnnl::convolution_forward::primitive_desc;
using InnerProductDesc = dnnl::inner_product_forward::primitive_desc;
using PoolingDesc = dnnl::pooling_forward::primitive_desc;
using EltwiseDesc = dnnl::eltwise_forward::primitive_desc;
using BinaryDesc = dnnl::binary::primitive_desc;
using LayerNormDesc = dnnl::layer_normalization_forward::primitive_desc;
using ConcatDesc = dnnl::concat::primitive_desc;

inline std::optional<ConvolutionDesc> convolution(const engine& cpu, const memory::desc& source,
                                                  const memory::desc& weights, const memory::desc& bias,
                                                  const memory::desc& result, const Window& w,
                                                  const primitive_attr& attributes) {
  // Never Winograd's algorithm: it does fewer operations than are counted, with larger errors than are tolerated.
  return tried<ConvolutionDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return ConvolutionDesc(cpu, prop_kind::forward_inference, algorithm::convolution_direct, source, weights, bias,
                           result, w.stride, w.padBefore, w.padAfter, attributes, true);
#else
    return ConvolutionDesc({prop_kind::forward_inference, algorithm::convolution_direct, source, weights, bias, result,
                            w.stride, w.padBefore, w.padAfter},
                           attributes, cpu, true);
#endif
  });
}

inline std::optional<InnerProductDesc> innerProduct(const engine& cpu, const memory::desc& source,
                                                    const memory::desc& weights, const memory::desc& bias,
                                                    const memory::desc& result, const primitive_attr& attributes) {
  return tried<InnerProductDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return InnerProductDesc(cpu, prop_kind::forward_inference, source, weights, bias, result, attributes, true);
#else
    return InnerProductDesc({prop_kind::forward_inference, source, weights, bias, result}, attributes, cpu, true);
#endif
  });
}

inline std::optional<PoolingDesc> pooling(const engine& cpu, algorithm kind, const memory::desc& source,
                                          const memory::desc& result, const Window& w,
                                          const primitive_attr& attributes) {
  return tried<PoolingDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    const memory::dims dilation(w.kernel.size(), 0);
    return PoolingDesc(cpu, prop_kind::forward_inference, kind, source, result, w.stride, w.kernel, dilation,
                       w.padBefore, w.padAfter, attributes, true);
#else
    return PoolingDesc({prop_kind::forward_inference, kind, source, result, w.stride, w.kernel, w.padBefore, w.padAfter},
                       attributes, cpu, true);
#endif
  });
}

inline std::optional<EltwiseDesc> eltwise(const engine& cpu, algorithm kind, const memory::desc& tensor, float alpha,
                                          float beta, const primitive_attr& attributes) {
  return tried<EltwiseDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return EltwiseDesc(cpu, prop_kind::forward_inference, kind, tensor, tensor, alpha, beta, attributes, true);
#else
    return EltwiseDesc({prop_kind::forward_inference, kind, tensor, alpha, beta}, attributes, cpu, true);
#endif
  });
}

inline std::optional<BinaryDesc> binary(const engine& cpu, algorithm kind, const memory::desc& left,
                                        const memory::desc& right, const memory::desc& result,
                                        const primitive_attr& attributes) {
  return tried<BinaryDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return BinaryDesc(cpu, kind, left, right, result, attributes, true);
#else
    return BinaryDesc({kind, left, right, result}, attributes, cpu, true);
#endif
  });
}

// Over the last dimension, with a scale and a shift of their own.
inline std::optional<LayerNormDesc> layerNorm(const engine& cpu, const memory::desc& tensor, float epsilon,
                                              const primitive_attr& attributes) {
  const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
  return tried<LayerNormDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return LayerNormDesc(cpu, prop_kind::forward_inference, tensor, tensor, epsilon, flags, attributes, true);
#else
    return LayerNormDesc({prop_kind::forward_inference, tensor, epsilon, flags}, attributes, cpu, true);
#endif
  });
}

// Along the channels; oneDNN chooses the format of the result.
inline std::optional<ConcatDesc> concat(const engine& cpu, const std::vector<memory::desc>& sources,
                                        const primitive_attr& attributes) {
  return tried<ConcatDesc>([&] {
#if DNNL_VERSION_MAJOR >= 3
    return ConcatDesc(cpu, 1, sources, attributes);
#else
    return ConcatDesc(1, sources, cpu, attributes);
#endif
  });
}

inline void appendEltwise(post_ops& operations, algorithm kind, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(kind, alpha, beta);
#else
  operations.append_eltwise(1.0f, kind, alpha, beta);
#endif
}

}  // namespace plimsoll::onednn
