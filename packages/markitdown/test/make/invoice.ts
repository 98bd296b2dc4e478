/** A picture with "Invoice 4711" above "due on Friday", 380 by 140 pixels, black on white: what scanners put into PDF files. */

/** The bytes of a PDF stream, and what its dictionary says of them. */
export interface PdfImage {
  readonly width: number;
  readonly height: number;
  /** Further entries of the dictionary. */
  readonly more: string;
  readonly bytes: Uint8Array;
}

const size = { width: 380, height: 140 };
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** One bit a pixel, deflated. */
export const bitmap: PdfImage = {
  ...size,
  more: '/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/FlateDecode',
  bytes: bytesOf(
    'eNrt17Fu2zAQBmCqGtgpzNihyBXoE3TLEJhDhr5Gi75As2UwIhsqwg5F8gh9FaUa/BpUM3SlNwY58G8ox6liy7YE1OhQcfGgzwbvdOSdgV7LYfCDH/zgO3jW+/CuxTMVIkUF2G7e134KFNv8n7XwCSC6eUdAGRKEjt4SMPPvwIfd/E8Crv0Z/OdWf13vOYt5gY9B/3jw6m4O71p8eJ34jHUhWbsUhQRwSQDdz3Hf6l8J1qxFyrpIMEkBXBECYb6+2dof2rHmUXrDemohpw/+gOLL2OSlH2s/JsvauAuyQDja4Ufkx9qxVvEDCCOK4W/yikfkvXZjrfyJ9hk4emz1zmd+PCJw5jP4C4pPNnlirZbe136RnG2+anoXKBZzJy9EhmqnN8/8bSCU233Z9LOdfvbkMwBmpy9nTT8RCcx2b/r5256+uo5eKz6p74hAu7ziZb3dLbza6ucLL/2Y4o52ekeBKta5u1D26fftVp8mrAuBF8nSO5E4kbR7rzGRrO3j+e3iixiChJU7/NAfBz/4ffpZ25MQW/Z+PAuh9u7j6uqXc9y/8ab29aSpgNtH/x2B6q6x6jmZVSghCPACRmS1vzogJ8mLoJ59x0UUfYgpsSK7FLr23w7IpmRFpqBW7ufj9xVKPpJAca6/HNejEr4eUFGRPddr3gZZofRZDuRM07Dw00C5pxsm8yxqB1SI3sWGbgLljz4PZJjKQLHXr3hT+wqQQTV9aPVl7efRKygDVXsTSNUlVAbd5qumF4KWXpXcxwdVrfuYfxs724oHsYiDV3fvuvnHeEHF0cPgiDZfLcptxU+hnEN7vGjJp4Hyff1ZD6+C8h9bvdvk+RPW6s0hd/hVo4Y3TNes+G2bT11WtXjDKqRYrf/UXaRe50DJuuFzr8xcBbk6/7w5dYen/DKerw9NX0xVkco170XpxeL8OoGGt6kq5BRy7X4oQ1JiEu+HpOmdVC6+4Z79oq+nfj709M//1P9977J+XvT1Pft1Oswngx/84P8P/xtwtOsA',
  ),
};

/** The same as a stencil, which is painted with black. */
export const stencil: PdfImage = { ...bitmap, more: '/ImageMask true/BitsPerComponent 1/Filter/FlateDecode' };
