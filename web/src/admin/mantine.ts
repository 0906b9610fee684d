// Stylesheets of Mantine's parts that only this face uses; the others are in styles/mantine.ts.
import '@mantine/core/styles/NumberInput.css'
