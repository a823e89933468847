// BTF as include/uapi/linux/btf.h lays it out; Documentation/bpf/btf.rst tells what it means.

/** The first two bytes, in the byte order of the machine that the types are for. */
export const BTF_MAGIC = 0xeb9f;
export const BTF_VERSION = 1;

/** `struct btf_header` as it began: magic, version, flags, hdr_len, type_off, type_len, str_off, str_len. */
export const BTF_HEADER_BYTES = 24;
/** With layout_off and layout_len behind it. */
export const BTF_HEADER_WITH_LAYOUT_BYTES = 32;
/** `struct btf_layout`: info_sz u8, elem_sz u8, flags u16. One for each kind, from 0 on. */
export const BTF_LAYOUT_BYTES = 4;
/** `struct btf_type`: name_off, info, and size or type. */
export const BTF_TYPE_BYTES = 12;
/** `struct btf_param`: name_off, type. */
export const BTF_PARAM_BYTES = 8;

/** `enum btf_max`: highest id of a type, offset of a name, number of kinds. */
export const BTF_MAX_TYPE = 0x000f_ffff;
export const BTF_MAX_KIND = 0x7f;

export const BTF_KIND_INT = 1;
export const BTF_KIND_PTR = 2;
export const BTF_KIND_ARRAY = 3;
export const BTF_KIND_STRUCT = 4;
export const BTF_KIND_UNION = 5;
export const BTF_KIND_ENUM = 6;
export const BTF_KIND_FWD = 7;
export const BTF_KIND_TYPEDEF = 8;
export const BTF_KIND_VOLATILE = 9;
export const BTF_KIND_CONST = 10;
export const BTF_KIND_RESTRICT = 11;
export const BTF_KIND_FUNC = 12;
export const BTF_KIND_FUNC_PROTO = 13;
export const BTF_KIND_VAR = 14;
export const BTF_KIND_DATASEC = 15;
export const BTF_KIND_FLOAT = 16;
export const BTF_KIND_DECL_TAG = 17;
export const BTF_KIND_TYPE_TAG = 18;
export const BTF_KIND_ENUM64 = 19;

// `info`, as the newest kernels read it: vlen had 16 bits and the kind 5, and the bits between were zero.
export const btfVlen = (info: number): number => info & 0xff_ffff;
export const btfKind = (info: number): number => (info >>> 24) & BTF_MAX_KIND;
export const btfKindFlag = (info: number): boolean => info >>> 31 === 1;
